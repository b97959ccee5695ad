"""Values of closed sets in any case: GET and get are one method, Basic and basic one kind of security. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect

from zato.core.declared import fields_of

_LISTS = (inspect.ListType, inspect.VarTupleType)


def as_declared(body: Mapping[str, Any], struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields with each value of a closed set spelled as the set has it; everything else as it was."""
    infos = _infos(struct)
    return {name: _respelled(value, infos[name]) if name in infos else value for name, value in body.items()}


def respelled(value: Any, declared: Any) -> Any:
    """The same for one value of that type."""
    return _respelled(value, inspect.type_info(declared))


@functools.cache
def _infos(struct: type[msgspec.Struct]) -> Mapping[str, inspect.Type]:
    return {field.encode_name: inspect.type_info(field.type) for field in fields_of(struct)}


def _respelled(value: Any, info: inspect.Type) -> Any:
    if isinstance(info, inspect.Metadata):
        return _respelled(value, info.type)
    if isinstance(info, inspect.UnionType):
        for one in info.types:
            value = _respelled(value, one)
        return value
    if isinstance(info, _LISTS) and isinstance(value, list | tuple):
        return [_respelled(each, info.item_type) for each in value]
    if not isinstance(value, str):
        return value
    members: tuple[Any, ...] = ()
    if isinstance(info, inspect.EnumType):
        members = tuple(member.value for member in info.cls)
    elif isinstance(info, inspect.LiteralType):
        members = info.values
    texts = [each for each in members if isinstance(each, str)]
    if value in texts:
        return value
    return next((each for each in texts if each.casefold() == value.casefold()), value)
