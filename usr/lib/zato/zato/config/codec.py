"""Between the typed values of items and JSON: strict on the way in, masked on the way out to people."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from zato.config.kinds import KINDS, Kind, kind_named
from zato.config.spelling import as_declared
from zato.core import json
from zato.core.declared import fields_of, info_of
from zato.core.errors import InvalidInput, ZatoError
from zato.core.finding import Finding
from zato.core.mismatches import mismatches
from zato.core.suggestions import nearest
from zato.core.validation_errors import ValidationErrors

MASK = "******"
_INVALID_FIELD = "invalid-field"
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(\[[^\]]{0,40}\])*")
ENCRYPTED = "sealed:"

# The library passes on what looking at a lone surrogate raises.
_NOT_CONVERTED = (msgspec.ValidationError, UnicodeEncodeError)


def decode(kind: str, name: str, data: Mapping[str, Any] | bytes) -> msgspec.Struct:
    """The typed value of an item.

    Raises InvalidInput whose details have one "field: what is wrong" for every field that cannot be converted,
    is missing or does not exist. What the types cannot say is checked by `validation`.
    """
    definition = kind_named(kind)
    body = json.decode(data) if isinstance(data, bytes) else data
    if not isinstance(body, Mapping):
        raise refused(kind, name, ["value: it must be an object with the fields of the kind"])
    try:
        return cast(msgspec.Struct, msgspec.convert(as_declared(body, definition.struct), definition.struct))
    except _NOT_CONVERTED as error:
        raise refused(kind, name, _errors(definition, body) or [f"value: {error}"]) from error


def refused(kind: str, name: str, errors: list[str], *, code: str = "invalid-item") -> InvalidInput:
    """The error that says what is wrong with an item."""
    more = f" (and {len(errors) - 1} more, see the details)" if len(errors) > 1 else ""
    error = InvalidInput(
        f"The {kind} {name[:120]!r} cannot be accepted: {errors[0]}{more}.",
        code=code,
        details=tuple(errors),
    )
    error.findings = tuple(map(_finding, errors))
    return error


def _finding(text: str) -> Finding:
    """`path: it must start with '/'` as the sentence that stands beside the field `path`."""
    field, colon, reason = text.partition(": ")
    if not colon or not _FIELD.fullmatch(field):
        return Finding(text, _INVALID_FIELD)
    return Finding(f"{reason[:1].upper()}{reason[1:]}.", _INVALID_FIELD, field=field)


def decode_stored(kind: str, name: str, data: str) -> msgspec.Struct:
    """The value of an item that was stored before, with its secrets as they are stored."""
    try:
        return cast(msgspec.Struct, _decoder(kind).decode(data))
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ZatoError(
            f"The stored {kind} {name!r} cannot be read ({error}); it was probably written by a newer version of Zato, "
            "upgrade this one.",
            code="stored-item-unreadable",
        ) from error


def encode(kind: str, value: msgspec.Struct) -> str:
    """What is stored: JSON with every field, defaults included, so that a new default does not change old items.

    But for the kind's `added_fields`, which the release before could not read.
    """
    added = kind_named(kind).added_fields
    fields: dict[str, Any] = msgspec.to_builtins(value)
    for field in fields_of(type(value)):
        if field.name in added and getattr(value, field.name) == field.default:
            del fields[field.name]
    return msgspec.json.encode(fields).decode()


def public(kind: str, value: msgspec.Struct) -> dict[str, Any]:
    """The fields of a value as JSON types, for people: secrets that are set are masked."""
    return mask(kind, msgspec.to_builtins(value))


def public_data(kind: str, data: str) -> dict[str, Any]:
    """The same for stored JSON, which may be of a kind or have fields that this version does not know."""
    return mask(kind, msgspec.json.decode(data, type=dict[str, Any]))


def mask(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with secrets replaced by asterisks; of an unknown kind all are."""
    definition = KINDS.get(kind)
    return {
        field: value if value is None or not _is_secret(definition, field, value) else MASK
        for field, value in fields.items()
    }


def _is_secret(definition: Kind[Any] | None, field: str, value: Any) -> bool:
    if definition is None or field in definition.secret_fields:
        return True
    return isinstance(value, str) and value.startswith(ENCRYPTED)


@functools.cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind_named(kind).struct)


def _errors(definition: Kind[Any], body: Mapping[str, Any]) -> list[str]:
    """Everything that does not fit; the library itself stops at the first."""
    fields = tuple(field.name for field in fields_of(definition.struct))
    mismatched = mismatches(body, definition.struct, info_of(definition.struct))
    errors = ValidationErrors()
    for each in mismatched.found:
        errors.add(_unknown(each.path, fields) if each.unknown else f"{each.path or 'value'}: {each.reason}")
    errors.count(mismatched.more)
    return errors.as_list()


def _unknown(path: str, fields: tuple[str, ...]) -> str:
    near = nearest(path, fields)
    hint = f"did you mean {near!r}?" if near is not None else f"there are {', '.join(fields)}"
    return f"{path if path.isidentifier() else repr(path)}: there is no such field; {hint}"
