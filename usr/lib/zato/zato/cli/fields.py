"""FIELD=VALUE on the command line, turned into values of the types that a kind's fields have."""

from __future__ import annotations

import json
import re
from typing import Any, get_type_hints

import msgspec
import msgspec.inspect

from zato.config.kinds import kind_named
from zato.config.spelling import respelled
from zato.core.errors import InvalidInput
from zato.core.mismatches import mismatches
from zato.core.suggestions import did_you_mean

# All text on a command line is text: what it cannot be read as is all that is wrong with it
_EXPECTED = re.compile(r"expected `(bool|int|float)(?: \| null)?`, got `str`")
_WORDS = {"bool": "it must be true or false", "int": "it must be a whole number", "float": "it must be a number"}


def parse(kind: str, fields: tuple[str, ...]) -> dict[str, Any]:
    """Values as they go into JSON. Several values are JSON or are separated by commas; `null` unsets what may be unset.

    Raises InvalidInput that names the field, and the fields there are, also where one is given twice; NotFound for a
    kind that there is not.
    """
    types = get_type_hints(kind_named(kind).struct, include_extras=True)
    values: dict[str, Any] = {}
    for position, field in enumerate(fields, 1):
        name, value = _one(kind, types, field, position)
        if name in values:
            raise InvalidInput(f"The field {name} is given twice; give it once.", code="duplicate-field")
        values[name] = value
    return values


def _one(kind: str, types: dict[str, Any], field: str, position: int) -> tuple[str, Any]:
    """What is wrong is said without the value, which may be a secret, or a part of one that has a blank in it."""
    name, sign, text = field.partition("=")
    if not sign or not name:
        raise InvalidInput(
            f"The {_ordinal(position)} field is not FIELD=VALUE; write, for instance: {next(iter(types))}=... (a value "
            "with blanks in it has to be quoted)."
        )
    if name not in types:
        hint = did_you_mean(name, types, f"its fields are: {', '.join(types)}")
        raise InvalidInput(f"{kind} items have no field {name!r}{hint}", code="unknown-field")
    if text == "null" and _may_be_unset(types[name]):
        return name, None
    try:
        value = msgspec.convert(_given(text, types[name]), types[name], strict=False)
    except ValueError as error:
        shown = "what was given" if name in kind_named(kind).secret_fields else repr(text)
        reason = _reason(text, types[name]) if isinstance(error, msgspec.ValidationError) else error
        raise InvalidInput(f"{name} of {kind} items cannot be {shown}: {reason}.") from error
    return name, msgspec.to_builtins(value)


def _given(text: str, of_type: Any) -> Any:
    return respelled(_items(text) if _takes_several(of_type) else text, of_type)


def _reason(text: str, of_type: Any) -> str:
    """What does not fit, with the values that are allowed where these can be listed."""
    found = mismatches(_given(text, of_type), of_type, strict=False).found
    reasons = "; ".join(dict.fromkeys(mismatch.reason for mismatch in found))
    return _EXPECTED.sub(lambda match: _WORDS[match[1]], reasons)


def _ordinal(position: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(position, f"{position}th")


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
