"""From what msgspec says of a type back to the type. Pure."""

from __future__ import annotations

import datetime
import decimal
import uuid
from types import GenericAlias
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import inspect

_CONSTRAINTS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")
_PLAIN: dict[type[inspect.Type], Any] = {
    inspect.AnyType: Any,
    inspect.NoneType: None,
    inspect.BoolType: bool,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.StrType: str,
    inspect.BytesType: bytes,
    inspect.ByteArrayType: bytearray,
    inspect.MemoryViewType: memoryview,
    inspect.DateTimeType: datetime.datetime,
    inspect.TimeType: datetime.time,
    inspect.DateType: datetime.date,
    inspect.TimeDeltaType: datetime.timedelta,
    inspect.UUIDType: uuid.UUID,
    inspect.DecimalType: decimal.Decimal,
    inspect.RawType: msgspec.Raw,
    inspect.ExtType: msgspec.msgpack.Ext,
}


def annotation_of(node: inspect.Type) -> Any:
    """The type that a description is of."""
    node = bare(node)
    made: Any
    match node:
        case inspect.UnionType(types=types):
            return Union[tuple(annotation_of(one) for one in types)]  # noqa: UP007 - of as many as there are
        case inspect.LiteralType(values=values):
            return Literal[values]
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
            item = annotation_of(node.item_type)
            origin = {
                inspect.ListType: list,
                inspect.VarTupleType: tuple,
                inspect.SetType: set,
                inspect.FrozenSetType: frozenset,
            }[type(node)]
            made = GenericAlias(origin, (item, ...) if origin is tuple else (item,))
        case inspect.TupleType(item_types=items):
            return GenericAlias(tuple, tuple(annotation_of(one) for one in items))
        case inspect.DictType(key_type=key, value_type=value):
            made = GenericAlias(dict, (annotation_of(key), annotation_of(value)))
        case _:
            made = _PLAIN[type(node)] if type(node) in _PLAIN else getattr(node, "cls", Any)
    limits = {name: getattr(node, name, None) for name in _CONSTRAINTS}
    set_ = {name: value for name, value in limits.items() if value is not None}
    return Annotated[made, msgspec.Meta(**set_)] if set_ else made


def bare(node: inspect.Type) -> inspect.Type:
    """The description without what is only told to people."""
    while isinstance(node, inspect.Metadata):
        node = node.type
    return node
