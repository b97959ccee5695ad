"""A form, made from what a kind says of its fields. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from zato.core.finding import Finding

Widget = Literal["text", "number", "checkbox", "select", "checkboxes", "lines", "textarea", "secret", "json"]
MASK = "******"
"""What the admin API shows in place of a secret that is set."""
# As many names as one still looks over
_CHECKBOXES_MAX = 30


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that can be chosen."""

    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """A field of a form as it is shown: `text` is what is in it."""

    name: str
    widget: Widget
    description: str
    required: bool
    text: str = ""
    checked: bool = False
    options: tuple[Option, ...] = ()
    suggestions: tuple[str, ...] = ()
    multiline: bool = False
    unit: str = ""
    placeholder: str = ""
    default: str = ""
    is_set: bool = False
    """A secret that has a value, which no page gets."""
    may_be_cleared: bool = False
    shown_field: str = ""
    shown_values: str = ""
    findings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Names:
    """What can be named in fields: items by kind, and services."""

    items: Mapping[str, Sequence[str]]
    services: Sequence[str]


def controls(
    kind: Mapping[str, Any], value: Mapping[str, Any], names: Names, findings: Iterable[Finding] = ()
) -> tuple[Control, ...]:
    """The form of a kind with this value in it, each finding beside the field that it is about."""
    said: dict[str, list[str]] = {}
    for finding in findings:
        said.setdefault(field_of(finding), []).append(finding.message)
    return tuple(_control(field, value, names, tuple(said.get(field["name"], ()))) for field in kind["fields"])


def elsewhere(kind: Mapping[str, Any], findings: Iterable[Finding]) -> tuple[str, ...]:
    """What is about none of the kind's fields, and so stands above the form."""
    known = {field["name"] for field in kind["fields"]}
    return tuple(finding.message for finding in findings if field_of(finding) not in known)


def field_of(finding: Finding) -> str:
    """The field that it is about: of `methods[0]`, `methods`."""
    return (finding.field or "").removeprefix("value.").partition("[")[0].partition(".")[0]


def widget_of(field: Mapping[str, Any]) -> Widget:
    """How a value of the field is given."""
    types = types_of(field)
    if field["secret"]:
        return "secret"
    if field["several"]:
        return "checkboxes" if field["choices"] else "lines" if _items_are_text(field) else "json"
    if field["choices"]:
        return "select"
    by_type: dict[str, Widget] = {"boolean": "checkbox", "integer": "number", "number": "number", "object": "json"}
    for name, widget in by_type.items():
        if name in types:
            return widget
    return "textarea" if field["multiline"] else "text"


def types_of(field: Mapping[str, Any]) -> frozenset[str]:
    """JSON Schema's names of the types that a value may have."""
    schema = field["schema"]
    every = schema.get("anyOf", (schema,))
    return frozenset(each["type"] for each in every if isinstance(each.get("type"), str))


def may_be_null(field: Mapping[str, Any]) -> bool:
    """Whether nothing is a value."""
    return "null" in types_of(field)


def _items_are_text(field: Mapping[str, Any]) -> bool:
    schema = field["schema"]
    arrays = [each for each in schema.get("anyOf", (schema,)) if each.get("type") == "array"]
    return any(each.get("items", {}).get("type") == "string" for each in arrays)


def _control(field: Mapping[str, Any], value: Mapping[str, Any], names: Names, findings: tuple[str, ...]) -> Control:
    name, widget = field["name"], widget_of(field)
    present = value.get(name, field["default"])
    reference, shown = field["reference"], field["shown_when"]
    known: tuple[str, ...] = ()
    if field["service"]:
        known = tuple(names.services)
    elif reference is not None:
        known = tuple(each for kind in reference["kinds"] for each in names.items.get(kind, ()))
    if reference is not None and reference["many"] and len(known) <= _CHECKBOXES_MAX:
        widget = "checkboxes"
    chosen = [str(each) for each in present] if isinstance(present, list) else [_text(present)]
    choices = [str(each) for each in field["choices"]] or (list(known) if widget == "checkboxes" else [])
    # What is there no more, but in the item, is not dropped without a word
    choices += [each for each in chosen if widget == "checkboxes" and each not in choices]
    if widget == "select" and not field["required"] and may_be_null(field):
        choices = ["", *choices]
    return Control(
        name=name,
        widget=widget,
        description=field["description"],
        required=field["required"],
        text="" if widget == "secret" else _shown(present, widget),
        checked=present is True,
        options=tuple(Option(each, each in chosen) for each in choices),
        suggestions=known if widget != "checkboxes" else (),
        multiline=field["multiline"],
        unit=field["unit"] or "",
        placeholder="" if field["example"] is None else _shown(field["example"], widget),
        default=_default(field),
        is_set=widget == "secret" and value.get(name) is not None,
        may_be_cleared=widget == "secret" and not field["required"] and not field["generated"],
        shown_field="" if shown is None else shown["field"],
        shown_values="" if shown is None else " ".join(map(str, shown["values"])),
        findings=findings,
    )


def _default(field: Mapping[str, Any]) -> str:
    if field["required"] or field["default"] in (None, [], ""):
        return ""
    return _shown(field["default"], "text")


def _shown(value: Any, widget: Widget) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        if widget == "json":
            return json.dumps(value, indent=2, ensure_ascii=False)
        return ("\n" if widget == "lines" else ", ").join(map(_text, value))
    return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
