"""Numbers that JSON cannot write, NaN and infinity, in values of declared types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

import msgspec


def not_finite(value: Any, path: str = "") -> Iterator[str]:
    """Where in a value there is one, such as "items[2].price"; "" for the value itself."""
    if isinstance(value, float | Decimal):
        if not (value.is_finite() if isinstance(value, Decimal) else isfinite(value)):
            yield path
    elif isinstance(value, list | tuple | set | frozenset):
        for index, one in enumerate(value):
            yield from not_finite(one, f"{path}[{index}]")
    else:
        for name, one in _members(value):
            yield from not_finite(name, f"{path}{'.' if path else ''}{name}")
            yield from not_finite(one, f"{path}{'.' if path else ''}{name}")


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, msgspec.Struct):
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        yield from ((shown, getattr(value, name, None)) for name, shown in names)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name, None)) for field in fields(value))
