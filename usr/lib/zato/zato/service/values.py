"""What kind of thing a value is that a service gives or gets: one set of named values, many of them, or JSON text."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from zato.service.records import Record


def as_mapping(value: Any) -> Mapping[str, Any] | None:  # noqa: PLR0911 - one line for each kind
    """Named values as a mapping, one level deep; None where `value` is not a set of named values, {} for None.

    Knows dicts, records, msgspec structs, dataclasses, named tuples and SQLAlchemy's rows.
    """
    if value is None:
        return {}
    if isinstance(value, Record):
        return value.__dict__
    if isinstance(value, Mapping):
        return value
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    if is_dataclass(value) and not isinstance(value, type):
        # A field without a value may have no attribute: dataclass(init=False)
        return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}
    row = getattr(value, "_mapping", None)  # SQLAlchemy
    if isinstance(row, Mapping):
        return dict(row)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        named: dict[str, Any] = value._asdict()
        return named
    return None


def as_rows(value: Any) -> list[Any] | None:
    """Many values as a list: of a list, tuple, set, generator, or a query that can be iterated; otherwise None."""
    if isinstance(value, list):
        return value
    if (
        value is None
        or isinstance(value, str | bytes | Mapping | Record | msgspec.Struct)
        or as_mapping(value) is not None
    ):
        return None
    if isinstance(value, tuple | set | frozenset | Generator) or hasattr(type(value), "__iter__"):
        return list(value)
    return None


def with_defaults(value: Any) -> Any:
    """`value`, in whose dataclasses each default is now the instance's own: msgspec leaves it to the class."""
    if isinstance(value, list | tuple):
        for one in value:
            with_defaults(one)
    elif isinstance(value, dict):
        for one in value.values():
            with_defaults(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            with_defaults(getattr(value, name, None))
    elif is_dataclass(value) and not isinstance(value, type):
        own = getattr(value, "__dict__", None)
        for field in fields(value):
            if own is not None and field.name not in own and hasattr(value, field.name):
                object.__setattr__(value, field.name, getattr(value, field.name))  # frozen ones, too
            with_defaults(getattr(value, field.name, None))
    return value


def encode(value: Any) -> bytes:
    """JSON of anything a service may answer with. Raises TypeError, ValueError or their kin where there is none."""
    return _encoder.encode(value)


def simplify(value: Any) -> Any:
    """What msgspec does not know, in terms that it does; TypeError where there are none."""
    mapping = as_mapping(value)
    if mapping is not None:
        return dict(mapping)
    to_dict = getattr(value, "to_dict", None)
    if callable(to_dict):
        return to_dict()
    if isinstance(value, Generator):
        return list(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")


# What stays an object when a message is taken apart
NATIVE_TYPES = (datetime, date, time, timedelta, Decimal, UUID, bytes)

_encoder = msgspec.json.Encoder(enc_hook=simplify, decimal_format="string", uuid_format="canonical")
