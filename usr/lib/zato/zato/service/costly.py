"""Messages that fit their type and would hold up everybody: Python does such work at one go, and all threads wait.

What a caller chooses the hashes of (integers, decimals, UUIDs, and what is made of them) can be chosen to have one hash
only; a set of them takes the square of their number. A decimal of a million digits, or with such an exponent, takes
minutes to become an integer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from zato.core.annotations import annotation_of, bare
from zato.service.conversions import check_decimal

# Different values of one hash; by chance there are never even two in a container
_ALIKE_MAX = 100
_SETS = (inspect.SetType, inspect.FrozenSetType)
# Python hashes these by a key of the process, or there are only so many of them
_SAFE = (
    inspect.StrType, inspect.BytesType, inspect.BoolType, inspect.NoneType, inspect.LiteralType, inspect.EnumType,
    inspect.DateType, inspect.DateTimeType, inspect.TimeType,
)  # fmt: skip

# As MessagePack has them, where decimals are text: text of 4,096 bytes and more; an exponent of four digits and more,
# which is said of the first of at most 4,096 digits; what is no number
_MAY_BE_COSTLY = re.compile(rb"\xda[\x10-\xff]|\xdb|E[+-][0-9]{4}|NaN|Infinity")
_encoder = msgspec.msgpack.Encoder()


class Costly:
    """Finds them for one type. Immutable; a type that has no such parts costs nothing."""

    def __init__(self, info: inspect.Type) -> None:
        hashed: list[inspect.Type] = []
        kinds: set[type] = set()
        _look(info, hashed, kinds, set())
        self._hashed = tuple({repr(each): annotation_of(each) for each in hashed}.values())
        self._has_decimals = inspect.DecimalType in kinds

    def before(self, data: Any) -> str | None:
        """What is wrong with data that was not converted yet: any of its lists or objects may become a container."""
        if not self._hashed:
            return None
        containers = list(_containers(data))
        for values in reversed(containers):  # the inner ones first: the outer ones are converted with them
            if any(_are_alike(values, annotation) for annotation in self._hashed):
                return f"has more than {_ALIKE_MAX} different values of one hash, which takes too long to compare"
        return None

    def after(self, converted: Any) -> tuple[str, str] | None:
        """The path of a decimal that is none to calculate with, and what it must be."""
        if self._has_decimals and not _surely_cheap(converted):
            for path, number in _decimals(converted):
                try:
                    check_decimal(number)
                except ValueError as error:
                    return path, str(error)
        return None


def _look(info: Any, hashed: list[inspect.Type], kinds: set[type], seen: set[int]) -> None:
    if isinstance(info, tuple | list):
        for each in info:
            _look(each, hashed, kinds, seen)
        return
    if not isinstance(info, msgspec.Struct) or id(info) in seen:
        return
    seen.add(id(info))
    kinds.add(type(info))
    if isinstance(info, _SETS) and not isinstance(bare(info.item_type), _SAFE):
        hashed.append(bare(info.item_type))
    elif isinstance(info, inspect.DictType) and not isinstance(bare(info.key_type), (*_SAFE, inspect.AnyType)):
        hashed.append(bare(info.key_type))
    for name in info.__struct_fields__:
        if name != "default":
            _look(getattr(info, name), hashed, kinds, seen)


def _containers(data: Any) -> Iterator[list[Any]]:
    """The elements of lists, and the keys of objects, that are many; the outer ones first."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if len(value) > _ALIKE_MAX:
                yield list(value)
            waiting.extend(each for each in value.values() if isinstance(each, dict | list | tuple))
        elif isinstance(value, list | tuple):
            if len(value) > _ALIKE_MAX:
                yield list(value)
            waiting.extend(each for each in value if isinstance(each, dict | list | tuple))


def _are_alike(values: list[Any], annotation: Any) -> bool:
    hashes: list[int | None] = []
    for value in values:
        try:
            # Text, as it may be the name of a member, or of a form
            hashes.append(hash(msgspec.convert(value, annotation, strict=not isinstance(value, str))))
        except (msgspec.ValidationError, TypeError, UnicodeEncodeError):
            hashes.append(None)
    often = {each for each, number in Counter(hashes).items() if each is not None and number > _ALIKE_MAX}
    for one in often:
        # Not as a set of the values themselves, which are what takes so long
        written = {repr(value) for value, each in zip(values, hashes, strict=True) if each == one}
        if len(written) > _ALIKE_MAX:
            return True
    return False


def _surely_cheap(converted: Any) -> bool:
    """False where any decimal in it is not to be calculated with, and now and then where all are."""
    try:
        return _MAY_BE_COSTLY.search(_encoder.encode(converted)) is None
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return False


def _decimals(converted: Any) -> Iterator[tuple[str, Decimal]]:
    waiting = [("", converted)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Decimal):
            yield path, value
        elif isinstance(value, dict):
            waiting.extend(_within(path, part) for each in value.items() for part in _of_member(*each))
        elif isinstance(value, list | tuple):
            waiting.extend((f"{path}[{index}]", each) for index, each in enumerate(value))
        elif isinstance(value, set | frozenset):
            waiting.extend((path, each) for each in value)
        elif isinstance(value, msgspec.Struct):
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            waiting.extend(_within(path, (encoded, getattr(value, name, None))) for name, encoded in names)
        elif is_dataclass(value):
            waiting.extend(_within(path, (each.name, getattr(value, each.name, None))) for each in fields(value))


def _of_member(key: Any, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(key, Decimal):
        yield "", key
    yield str(key), value


def _within(path: str, part: tuple[str, Any]) -> tuple[str, Any]:
    name, value = part
    return f"{path}{'.' if path and name else ''}{name}", value
