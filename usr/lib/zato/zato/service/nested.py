"""Declared fields that are objects, and lists of objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zato.service.elements import Elem, Schema, element, object_schema, or_null
from zato.service.problems import Problems


class Dict(Elem):
    """An object. What follows the name are the object's fields: Dict('customer', 'name', Int('age'))."""

    def __init__(self, name: str, *fields: str | Elem, default: Any = None) -> None:
        super().__init__(name, default=default)
        self.fields = tuple(element(field) for field in fields)

    def parse(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        if not self.fields:
            return value
        return _nested(self.fields, value, lambda field, one: field.parse(one))

    def render(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        if not self.fields:
            return value
        return _nested(self.fields, value, lambda field, one: field.render(one))

    def json_schema(self) -> Schema:
        return object_schema(self.fields) if self.fields else {"type": "object"}

    def output_schema(self) -> Schema:
        return or_null(object_schema(self.fields, output=True) if self.fields else {"type": "object"})


class DictList(Dict):
    """A list of objects, each with the given fields."""

    def parse(self, value: Any) -> Any:
        return self._each(value, super().parse)

    def render(self, value: Any) -> Any:
        return self._each(value, super().render)

    def json_schema(self) -> Schema:
        return {"type": "array", "items": super().json_schema()}

    def output_schema(self) -> Schema:
        return {"type": ["array", "null"], "items": super().output_schema()}

    def _each(self, value: Any, convert: Callable[[Any], Any]) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise ValueError("must be a list of objects")
        converted = []
        problems = Problems()
        for index, one in enumerate(value):
            try:
                converted.append(convert(one))
            except ValueError as error:
                problems.add(f"[{index}]", error)
        problems.raise_any()
        return converted


def _nested(fields: tuple[Elem, ...], value: dict[str, Any], convert: Callable[[Elem, Any], Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    problems = Problems()
    for field in fields:
        one = value.get(field.name)
        if one is None:
            if field.required:
                problems.add(f".{field.name}", ValueError("is missing"))
            result[field.name] = field.default
            continue
        try:
            result[field.name] = convert(field, one)
        except ValueError as error:
            problems.add(f".{field.name}", error)
    problems.raise_any()
    return result
