"""Defaults of dataclasses, made the own of each instance that msgspec has made: it leaves them to the class.

Which instances those are follows from the declared type. So Python has one step for each part of the type and one for
each instance with a default, none for any other value.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from msgspec import inspect

from zato.core.annotations import bare
from zato.service.values import with_defaults

_Fill = Callable[[list[Any]], None]
"""Fills all these values, which are of one type."""
_Taken = Callable[[list[Any]], Iterable[Any]]
"""One part of each of them."""

_ELEMENTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
_OBJECTS = (inspect.StructType, inspect.DataclassType, inspect.NamedTupleType)
_CLASSES: dict[type[inspect.Type], type] = {
    inspect.ListType: list,
    inspect.VarTupleType: tuple,
    inspect.TupleType: tuple,
    inspect.SetType: set,
    inspect.FrozenSetType: frozenset,
    inspect.DictType: dict,
    inspect.TypedDictType: dict,
}


class Defaults:
    """Those of one type. Immutable; a type without any costs nothing."""

    def __init__(self, info: inspect.Type) -> None:
        self._objects: dict[int, _Object] = {}
        self._moves = False
        self._fill = self._of(info)

    def fill(self, value: Any) -> None:
        """Do so in a value of the type that msgspec has just made."""
        if self._moves:
            with_defaults(value)
        elif self._fill is not None:
            try:
                self._fill([value])
            # A default may be of another type than is declared; and this takes more of the stack for each level
            except (TypeError, AttributeError, LookupError, RecursionError):
                with_defaults(value)

    def _of(self, info: Any) -> _Fill | None:
        """None where there is nothing to do."""
        info = bare(info)
        if isinstance(info, _ELEMENTS):
            return _all_of([(chain.from_iterable, self._of(info.item_type))])
        if isinstance(info, inspect.TupleType):
            return _all_of([(partial(map, itemgetter(n)), self._of(each)) for n, each in enumerate(info.item_types)])
        if isinstance(info, inspect.DictType):
            return _all_of([(_members, self._of(info.value_type))])
        if isinstance(info, inspect.TypedDictType):
            return _all_of([(partial(_present, each.encode_name), self._of(each.type)) for each in info.fields])
        if isinstance(info, inspect.UnionType):
            return _all_of([(partial(_instances, _class_of(each)), self._of(each)) for each in info.types])
        return self._of_object(info) if isinstance(info, _OBJECTS) else None

    def _of_object(self, info: Any) -> _Fill | None:
        """A type may have itself as a part."""
        known = self._objects.get(id(info))
        if known is None:
            known = self._objects[id(info)] = _Object()
            # What was made may be somewhere else afterwards
            self._moves |= hasattr(info.cls, "__post_init__")
            parts = [(partial(map, attrgetter(each.name)), self._of(each.type)) for each in info.fields]
            names = _names_of(_class_of(info)) if isinstance(info, inspect.DataclassType) else ()
            known.fill = _all_of([*parts, (list, partial(_own, names) if names else None)])
            if known.fill is None:
                return None
        return known


class _Object:
    """Fills a type that has parts; there before it is known how."""

    def __init__(self) -> None:
        self.fill: _Fill | None = None

    def __call__(self, values: list[Any]) -> None:
        if values and self.fill is not None:
            self.fill(values)


def _names_of(dataclass: type) -> tuple[str, ...]:
    """Its fields that an instance may have of its class alone."""
    if not dataclass.__dictoffset__:  # __slots__: there are none
        return ()
    return tuple(field.name for field in fields(dataclass) if hasattr(dataclass, field.name))


def _own(names: tuple[str, ...], values: list[Any]) -> None:
    for value in values:
        own = value.__dict__
        for name in names:
            if name not in own:
                object.__setattr__(value, name, getattr(value, name))  # frozen ones, too


def _all_of(parts: list[tuple[_Taken, _Fill | None]]) -> _Fill | None:
    """The parts in which there is something to do."""
    with_defaults_ = [(taken, fill) for taken, fill in parts if fill is not None]
    if not with_defaults_:
        return None

    def fill_all(values: list[Any]) -> None:
        for taken, fill in with_defaults_:
            fill(list(taken(values)))

    return fill_all


def _members(values: list[Any]) -> Iterable[Any]:
    return chain.from_iterable(map(dict.values, values))


def _present(name: str, values: list[Any]) -> Iterable[Any]:
    return [value[name] for value in values if name in value]


def _instances(of: type, values: list[Any]) -> Iterable[Any]:
    return [value for value in values if isinstance(value, of)]


def _class_of(info: Any) -> type:
    """That of the values of a type with parts."""
    info = bare(info)
    declared: Any = getattr(info, "cls", None) or _CLASSES.get(type(info), object)
    found: type = typing.get_origin(declared) or declared
    return found
