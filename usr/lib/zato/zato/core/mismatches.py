"""Everything in which data does not fit a type, at every depth. Pure.

msgspec stops at the first thing, and does not say which values an enumeration has. It decides what fits all the same:
whoever asks here knows already that the data does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import GenericAlias
from typing import Any

import msgspec
from msgspec import inspect

from zato.core.annotations import annotation_of, bare
from zato.core.validation_errors import ERRORS_MAX, shortened

# Looks at a part of the data, about a microsecond each
_STEPS_MAX = 100_000
_DEPTH_MAX = 60
_CHUNK = 256
_NAME_LENGTH_MAX = 100

_OBJECTS = (inspect.StructType, inspect.DataclassType, inspect.TypedDictType)
_LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One part that does not fit. `path` is such as `items[2].price`, "" for the whole.

    `missing` and `unknown` are said of the field that the path ends with; otherwise `reason` goes on after "path: ".
    """

    path: str
    reason: str
    missing: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Mismatches:
    """The first hundred, and how many there are beside them."""

    found: list[Mismatch]
    more: int


def mismatches(data: Any, declared: Any, info: inspect.Type | None = None, *, strict: bool = True) -> Mismatches:
    """What does not fit in data that msgspec refuses to convert to the type, whose description is `info`.

    In very large data some may be neither found nor counted, never all: the first that msgspec names is among them.
    """
    walk = _Walk(strict)
    found: list[Mismatch] = []
    more = 0
    complete = False
    try:
        for mismatch in walk.of(inspect.type_info(declared) if info is None else info, data, "", 0):
            if len(found) < ERRORS_MAX:
                found.append(mismatch)
            else:
                more += 1
        complete = True
    except _TooMuch:
        pass
    if not (found and complete):
        first = _first(data, declared, strict=strict)
        if first is not None and first.path not in {mismatch.path for mismatch in found}:
            found.insert(0, first)
    return Mismatches(found, more)


class _TooMuch(Exception):
    """The data is too large, or nested too deeply, to look at all of it."""


class _Walk:
    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._steps = 0
        self._annotations: dict[int, Any] = {}

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _STEPS_MAX:
            raise _TooMuch

    def of(self, node: inspect.Type, value: Any, path: str, depth: int) -> Iterator[Mismatch]:
        self._step()
        if depth > _DEPTH_MAX:
            raise _TooMuch
        node = bare(node)
        if isinstance(node, inspect.UnionType):
            node = _chosen(node, value)
        found = False
        for mismatch in self._within(node, value, path, depth):
            found = True
            yield mismatch
        if not found and (mismatch_ := self._itself(node, value, path)) is not None:
            yield mismatch_

    def _within(self, node: inspect.Type, value: Any, path: str, depth: int) -> Iterator[Mismatch]:
        """The parts of a value that has parts."""
        if isinstance(node, _OBJECTS) and isinstance(value, dict):
            yield from self._fields(node, value, path, depth)
        elif isinstance(node, inspect.DictType) and isinstance(value, dict):
            names = GenericAlias(dict, (annotation_of(node.key_type), Any))
            for key, one in value.items():
                self._step()
                place = _field_path(path, str(key))
                if (error := _error({key: None}, names, strict=self._strict)) is not None:
                    yield Mismatch(place, f"its name is not valid: {_expected(error, node.key_type)}")
                yield from self._unless_fits(node.value_type, one, place, depth)
        elif isinstance(node, _LISTS) and isinstance(value, list | tuple):
            yield from self._elements(node.item_type, value, path, depth)
        elif isinstance(node, inspect.TupleType) and isinstance(value, list | tuple):
            for index, (item, one) in enumerate(zip(node.item_types, value, strict=False)):
                yield from self._unless_fits(item, one, f"{path}[{index}]", depth)

    def _fields(
        self,
        node: inspect.StructType | inspect.DataclassType | inspect.TypedDictType,
        value: dict[Any, Any],
        path: str,
        depth: int,
    ) -> Iterator[Mismatch]:
        known = {field.encode_name for field in node.fields}
        if isinstance(node, inspect.StructType):
            known.add(node.tag_field or "")
            if node.forbid_unknown_fields:
                for key in value:
                    if key not in known:
                        self._step()
                        yield Mismatch(_field_path(path, str(key)), "it is not known", unknown=True)
        for field in node.fields:
            place = _field_path(path, field.encode_name)
            if field.encode_name in value:
                yield from self._unless_fits(field.type, value[field.encode_name], place, depth)
            elif field.required:
                yield Mismatch(place, "it is missing", missing=True)

    def _elements(
        self, item: inspect.Type, values: list[Any] | tuple[Any, ...], path: str, depth: int
    ) -> Iterator[Mismatch]:
        annotation = GenericAlias(list, (annotation_of(item),))
        for start in range(0, len(values), _CHUNK):
            chunk = list(values[start : start + _CHUNK])
            if _is_plain(item) and _error(chunk, annotation, strict=self._strict) is None:
                self._step()
                continue
            for index, one in enumerate(chunk, start):
                yield from self._unless_fits(item, one, f"{path}[{index}]", depth)

    def _error(self, value: Any, node: inspect.Type) -> str | None:
        annotation = self._annotations.get(id(node))
        if annotation is None:
            annotation = self._annotations[id(node)] = annotation_of(node)
        return _error(value, annotation, strict=self._strict)

    def _unless_fits(self, node: inspect.Type, value: Any, path: str, depth: int) -> Iterator[Mismatch]:
        if isinstance(value, dict | list | tuple):
            yield from self.of(node, value, path, depth + 1)
            return
        self._step()
        if self._error(value, node) is not None:
            yield from self.of(node, value, path, depth + 1)

    def _itself(self, node: inspect.Type, value: Any, path: str) -> Mismatch | None:
        """What is wrong with the value as a whole. Its parts, if it has any, are as they should be."""
        error = self._error(value, node)
        if error is None:
            return None
        mismatch = _mismatch(error, path)
        return mismatch if mismatch.missing or mismatch.unknown else replace(mismatch, reason=_expected(error, node))


def _first(data: Any, declared: Any, *, strict: bool) -> Mismatch | None:
    """What msgspec itself names first."""
    error = _error(data, declared, strict=strict)
    return None if error is None else _mismatch(error, "")


def _error(value: Any, annotation: Any, *, strict: bool) -> str | None:
    try:
        msgspec.convert(value, annotation, strict=strict, str_keys=True)
    except UnicodeEncodeError:
        return "It has half a character (a lone surrogate), which is not text; remove it"
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _expected(error: str, node: inspect.Type) -> str:
    """Which values there are, where they are few; otherwise what msgspec says."""
    allowed: list[Any] = []
    if error.startswith("Invalid value"):
        allowed = _tags(node)
    elif error.startswith("Invalid enum value") or _is_enumeration(node):
        allowed = _values(node)
    return f"expected one of {', '.join(map(repr, allowed))}" if allowed else _mismatch(error, "").reason


def _mismatch(message: str, path: str) -> Mismatch:
    """`Expected X - at $[0]` within `path`."""
    text, at, place = message.rpartition(" - at `")
    if not at or not place.endswith("`"):  # what looked like a place was a part of what the caller sent
        text, place = message, "`"
    inner = place[:-1].removeprefix("key` in `").removeprefix("$").removeprefix(".")
    joined = path + ("." if path and inner and not inner.startswith("[") else "") + inner
    for beginning, missing in (("Object missing required field `", True), ("Object contains unknown field `", False)):
        if text.startswith(beginning):
            field = _field_path(joined, text[len(beginning) : -1])
            reason = "it is missing" if missing else "it is not known"
            return Mismatch(field, reason, missing=missing, unknown=not missing)
    text = shortened(text)
    return Mismatch(joined, f"{text[:1].lower()}{text[1:]}")


def _field_path(path: str, name: str) -> str:
    return f"{path}{'.' if path else ''}{shortened(name, _NAME_LENGTH_MAX)}"


def _chosen(union: inspect.UnionType, value: Any) -> inspect.Type:
    """The one type of a union that a value with parts can only be of; the union itself where there is none."""
    types = [bare(node) for node in union.types]
    if isinstance(value, dict):
        objects = [node for node in types if isinstance(node, (*_OBJECTS, inspect.DictType))]
        tagged = [
            node
            for node in objects
            if isinstance(node, inspect.StructType) and node.tag_field and value.get(node.tag_field) == node.tag
        ]
        if len(tagged or objects) == 1:
            return (tagged or objects)[0]
    elif isinstance(value, list):
        lists = [node for node in types if isinstance(node, (*_LISTS, inspect.TupleType))]
        if len(lists) == 1:
            return lists[0]
    elif value is not None:
        others = [node for node in types if not isinstance(node, inspect.NoneType)]
        if len(others) == 1:
            return others[0]
    return union


def _is_plain(node: inspect.Type) -> bool:
    """Whether its values have no parts, so that many of them are looked at in one go."""
    node = bare(node)
    if isinstance(node, inspect.UnionType):
        return all(_is_plain(one) for one in node.types)
    return not isinstance(node, (*_OBJECTS, *_LISTS, inspect.TupleType, inspect.DictType))


def _parts(node: inspect.Type) -> list[inspect.Type]:
    """The types of a union, or the one that it is."""
    node = bare(node)
    return [bare(one) for one in node.types] if isinstance(node, inspect.UnionType) else [node]


def _is_enumeration(node: inspect.Type) -> bool:
    """Whether all values, but for null, are those of an enumeration."""
    return all(isinstance(one, inspect.EnumType | inspect.LiteralType | inspect.NoneType) for one in _parts(node))


def _values(node: inspect.Type) -> list[Any]:
    """The values of the enumerations in a type."""
    found: list[Any] = []
    for one in _parts(node):
        if isinstance(one, inspect.EnumType):
            found.extend(member.value for member in one.cls)
        elif isinstance(one, inspect.LiteralType):
            found.extend(one.values)
    return found


def _tags(node: inspect.Type) -> list[Any]:
    """What tells the structs of a union apart."""
    return [one.tag for one in _parts(node) if isinstance(one, inspect.StructType) and one.tag is not None]
