"""Renders docs/configuration.md: `python -m zato.config.reference > docs/configuration.md`."""

from __future__ import annotations

import enum
import sys
from typing import Any

import msgspec
import yaml
from msgspec import inspect

from zato.config.kinds import KINDS, Kind, targets

_INTRODUCTION = """\
# Configuration reference

<!-- Generated from the kinds by `python -m zato.config.reference`; do not edit. -->

Everything that can be configured is an *item* of one of the kinds below. Each item has a name, unique among its kind:
a letter or a digit, then at most 119 letters, digits, spaces or any of `. _ : @ -`. Items are created, changed and
deleted with `zato config`, with the admin API under `/zato/api/items/KIND`, or all together with
`zato config export` and `zato config import`, whose YAML documents look like the examples on this page.

No string may have control characters. Fields marked *secret* are encrypted (passwords of clients: hashed) before they
are stored, are shown as `******`, and stay what they are when an update leaves them out. A secret is *bound* to the
fields that decide where and how it goes: whoever changes one of those has to give the secret anew. In exports secrets
are sealed strings that only an import takes back, into a cluster with the same key and beside the fields that they are
bound to; an import takes plain ones too.

A change names the revision that it started from and is refused when somebody else was faster. An item cannot be deleted
as long as others refer to it.
"""


def render() -> str:
    """The whole document, the same for the same kinds."""
    contents = "\n".join(f"- [{kind.title}](#{kind.name})" for kind in KINDS.values())
    return "\n".join([_INTRODUCTION, contents, "", *(_section(kind) for kind in KINDS.values())])


def _section(kind: Kind[Any]) -> str:
    rows = "\n".join(_row(kind, field) for field in msgspec.structs.fields(kind.struct))
    table = f"| field | type | default | meaning |\n| --- | --- | --- | --- |\n{rows}"
    example = yaml.safe_dump({kind.name: {kind.example_name: kind.example}}, sort_keys=False, width=1000)
    parts = [f"## {kind.name}", kind.summary, table, *_notes(kind), f"```yaml\n{example}```"]
    return "\n\n".join(parts) + "\n"


def _notes(kind: Kind[Any]) -> list[str]:
    notes = []
    if not kind.exported:
        notes.append("Items of this kind are not part of exports and imports.")
    by_fields: dict[tuple[str, ...], list[str]] = {}
    for secret, bindings in kind.bindings.items():
        by_fields.setdefault(tuple(binding.field for binding in bindings), []).append(f"`{secret}`")
    notes.extend(
        f"{_and(secrets)} {'is' if len(secrets) == 1 else 'are'} bound to {_and([f'`{field}`' for field in fields])}."
        for fields, secrets in by_fields.items()
    )
    notes.extend(
        f"`{reference.field}` refers to items of {_listed([f'[{name}](#{name})' for name in targets(reference)])}."
        for reference in kind.references
    )
    return notes


def _row(kind: Kind[Any], field: msgspec.structs.FieldInfo) -> str:
    described = inspect.type_info(field.type)
    text = description(described)
    if field.name in kind.secret_fields:
        text += " *Secret.*"
    if field.name in kind.multiline_fields:
        text += " Several lines."
    cells = (f"`{field.name}`", type_in_words(described), _default(kind, field), text)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(kind: Kind[Any], field: msgspec.structs.FieldInfo) -> str:
    if field.name in kind.generated_fields:
        return "generated"
    if field.required:
        return "required"
    value = field.default
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{entry}`" for entry in value) or "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


def description(described: inspect.Type) -> str:
    """What the field's annotation says of it."""
    schema = described.extra_json_schema if isinstance(described, inspect.Metadata) else None
    return str((schema or {}).get("description", ""))


def type_in_words(described: inspect.Type) -> str:  # noqa: PLR0911 - one for each type
    """A type in a few words, its limits included."""
    match described:
        case inspect.Metadata(type=inner):
            return type_in_words(inner)
        case inspect.UnionType(types=types):
            return " or ".join(type_in_words(part) for part in types if not isinstance(part, inspect.NoneType))
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            word = "whole number" if isinstance(described, inspect.IntType) else "number"
            return f"{word}{_limits(described)}"
        case inspect.StrType():
            return f"string{_length(described)}"
        case inspect.DateTimeType():
            return "time"
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in _in_order(values))
        case inspect.EnumType(cls=cls):
            return "one of " + ", ".join(f"`{member.value}`" for member in _members(cls))
        case inspect.VarTupleType(item_type=item):
            closed = isinstance(item, inspect.LiteralType | inspect.EnumType)
            return f"list: {type_in_words(item)}" if closed else "list of strings"
    raise TypeError(f"There are no words yet for {described}")


def _in_order(values: tuple[Any, ...]) -> list[Any]:
    common = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return sorted(values, key=lambda value: (common.index(value) if value in common else len(common), value))


def _members(cls: type[enum.Enum]) -> list[enum.Enum]:
    return list(cls)


def _limits(number: inspect.IntType | inspect.FloatType) -> str:
    parts = []
    if number.gt is not None:
        parts.append(f"above {number.gt}")
    if number.ge is not None:
        parts.append(f"from {number.ge}")
    if number.le is not None:
        parts.append(f"to {number.le}")
    return f", {' '.join(parts)}" if parts else ""


def _length(text: inspect.StrType) -> str:
    if text.max_length is not None:
        return f", at most {text.max_length:,} characters"
    return ""


def _listed(names: list[str], word: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _and(names: list[str]) -> str:
    return _listed(names, "and")


if __name__ == "__main__":
    sys.stdout.write(render())
