"""What a service is to be given, as a form that is made from its schema. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zato.core.errors import InvalidInput

_FIELDS_MAX = 30
_SIMPLE = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class InputField:
    """One of the fields of a service's input that can be typed into a form."""

    name: str
    type: str
    required: bool
    description: str
    text: str = ""


def fields_of(schema: Mapping[str, Any] | None, given: Mapping[str, str] | None = None) -> tuple[InputField, ...]:
    """A form for the input; none where it has anything that takes JSON to say."""
    properties = (schema or {}).get("properties") or {}
    required = set((schema or {}).get("required") or ())
    fields: list[InputField] = []
    for name, about in properties.items():
        types = _types(about)
        if len(types & _SIMPLE) != 1 or types - _SIMPLE - {"null"}:
            return ()
        text = (given or {}).get(name, "")
        of_type = next(iter(types & _SIMPLE))
        fields.append(InputField(name, of_type, name in required, str(about.get("description") or ""), text))
    return tuple(fields) if len(fields) <= _FIELDS_MAX else ()


def _types(about: Mapping[str, Any]) -> set[str]:
    every = about.get("anyOf") or (about,)
    return {str(each.get("type")) for each in every}


def payload_of(fields: tuple[InputField, ...], given: Mapping[str, str]) -> dict[str, Any]:
    """The input as JSON; what is no number is left for the service to refuse. Empty fields that may be left out are."""
    found: dict[str, Any] = {}
    for field in fields:
        text = given.get(field.name, "")
        if field.type == "boolean":
            found[field.name] = text != ""
        elif text or field.required:
            found[field.name] = _number(text) if field.type in {"integer", "number"} else text
    return found


def _number(text: str) -> Any:
    for of_type in (int, float):
        try:
            return of_type(text)
        except ValueError:
            continue
    return text


def decoded(text: str) -> Any:
    """What was typed as JSON; nothing is nothing. Raises InvalidInput that says where it ends to be JSON."""
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"This is no JSON: {error}.", code="invalid-json") from None


def example_of(schema: Mapping[str, Any] | None) -> str:
    """JSON to begin with: each field that is needed, with a value of its type."""
    if not schema:
        return ""
    values = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}
    properties, required = schema.get("properties") or {}, schema.get("required") or ()
    found = {name: values.get(min(_types(properties.get(name, {})))) for name in required}
    return json.dumps(found, indent=2, ensure_ascii=False)


def answer_text(body: bytes, media_type: str) -> str:
    """An answer as it is shown: JSON with its levels, other text as it is, bytes that are none as their number."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are no text)"
    if "json" in media_type:
        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except ValueError:
            return text
    return text
