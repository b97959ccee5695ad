"""FIELD=VALUE on the command line, turned into values of the types that a kind's fields have."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import msgspec
import msgspec.inspect

from zato.config.kinds import kind_named
from zato.core.errors import InvalidInput


def parse(kind: str, fields: tuple[str, ...]) -> dict[str, Any]:
    """Values as they go into JSON. Several values are JSON or are separated by commas; `null` unsets what may be unset.

    Raises InvalidInput that names the field, and the fields there are, also where one is given twice; NotFound for a
    kind that there is not.
    """
    types = get_type_hints(kind_named(kind).struct, include_extras=True)
    values: dict[str, Any] = {}
    for field in fields:
        name, value = _one(kind, types, field)
        if name in values:
            raise InvalidInput(f"The field {name} is given twice; give it once.", code="duplicate-field")
        values[name] = value
    return values


def _one(kind: str, types: dict[str, Any], field: str) -> tuple[str, Any]:
    name, sign, text = field.partition("=")
    if not sign or not name:
        raise InvalidInput(f"{field!r} is not FIELD=VALUE; write, for instance: {next(iter(types))}=...")
    if name not in types:
        raise InvalidInput(f"A {kind} has no field {name!r}; its fields are: {', '.join(types)}.", code="unknown-field")
    if text == "null" and _may_be_unset(types[name]):
        return name, None
    try:
        value = msgspec.convert(_items(text) if _takes_several(types[name]) else text, types[name], strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidInput(f"{name} of a {kind} cannot be {text!r}: {error}.") from error
    return name, msgspec.to_builtins(value)


def _takes_several(of_type: Any) -> bool:
    several = msgspec.inspect.VarTupleType | msgspec.inspect.ListType
    return any(isinstance(part, several) for part in _alternatives(of_type))


def _may_be_unset(of_type: Any) -> bool:
    return any(isinstance(part, msgspec.inspect.NoneType) for part in _alternatives(of_type))


def _alternatives(of_type: Any) -> tuple[msgspec.inspect.Type, ...]:
    shown = msgspec.inspect.type_info(of_type)
    while isinstance(shown, msgspec.inspect.Metadata):
        shown = shown.type
    return shown.types if isinstance(shown, msgspec.inspect.UnionType) else (shown,)


def _items(text: str) -> Any:
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]
