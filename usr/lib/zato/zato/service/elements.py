"""The types of declared fields: `input = 'name', Int('count'), '-note'`.

A leading "-" makes a field optional, and so does a default. In what callers send every type accepts the native JSON
value and text, since older clients and all query parameters send text.
"""

from __future__ import annotations

import datetime
import decimal
import re
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from zato.service import conversions as to

Schema = dict[str, Any]
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_INTEGER_SUFFIXES = ("_id", "_count", "_size", "_size_min", "_size_max", "_timeout")
_BOOLEAN_PREFIXES = ("by_", "has_", "is_", "may_", "needs_", "should_")


class Elem:
    """One declared field.

    `name` may start with "-" (optional) or "+" (required, the default). A field with a `default` is optional.
    """

    schema: ClassVar[Schema] = {}
    # Whether "" means that no value was sent, as an empty query parameter or form field does
    empty_is_missing: bool = False

    def __init__(self, name: str, *, default: Any = None) -> None:
        if not isinstance(name, str):
            raise TypeError(f"the name of a field must be text, not {type(name).__name__}")
        self.required = not name.startswith("-") and default is None
        self.name = name[1:] if name[:1] in "+-" else name
        self.default = default
        if not self.name or self.name.startswith("__") or self.name != self.name.strip():
            raise ValueError(f"{name!r} is not a name for a field")

    def parse(self, value: Any) -> Any:
        """The value that the service sees. Raises ValueError with "must be ..."."""
        return value

    def render(self, value: Any) -> Any:
        """What is sent for the value that the service set. Raises ValueError with "must be ..."."""
        return self.parse(value)

    def json_schema(self) -> Schema:
        return dict(self.schema) if self.default is None else {**self.schema, "default": self.default}

    def output_schema(self) -> Schema:
        """The schema in a response, where a service may always give null."""
        return or_null(self.json_schema())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.required else '-'}{self.name})"


class AsIs(Elem):
    """Whatever was sent, without any conversion."""


class Opaque(AsIs):
    """The same as AsIs: any value, nested or not."""


class Text(Elem):
    """Text; a number that was sent becomes text."""

    schema: ClassVar[Schema] = {"type": "string"}

    def parse(self, value: Any) -> str:
        return to.to_text(value)


class Int(Elem):
    """An integer."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "integer"}

    def parse(self, value: Any) -> int:
        return to.to_int(value)


class Float(Elem):
    """A finite floating-point number."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "number"}

    def parse(self, value: Any) -> float:
        return to.to_float(value)


class Decimal(Elem):
    """A decimal.Decimal; a response has it as text, so that no digit is lost."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "string", "format": "decimal"}

    def parse(self, value: Any) -> decimal.Decimal:
        return to.to_decimal(value)


class Bool(Elem):
    """True or False."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "boolean"}

    def parse(self, value: Any) -> bool:
        return to.to_bool(value)


class Date(Elem):
    """A datetime.date."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "string", "format": "date"}

    def parse(self, value: Any) -> datetime.date:
        return to.to_date(value)


class DateTime(Elem):
    """A datetime.datetime, with the time zone that was sent, if any."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "string", "format": "date-time"}

    def parse(self, value: Any) -> datetime.datetime:
        return to.to_datetime(value)


class UTC(Elem):
    """A datetime.datetime in UTC."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "string", "format": "date-time"}

    def parse(self, value: Any) -> datetime.datetime:
        return to.to_utc(value)


class UUID(Elem):
    """A uuid.UUID."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "string", "format": "uuid"}

    def parse(self, value: Any) -> uuid.UUID:
        return to.to_uuid(value)


class List(Elem):
    """A list of anything; one single value becomes a list of one."""

    empty_is_missing = True
    schema: ClassVar[Schema] = {"type": "array", "items": {}}

    def parse(self, value: Any) -> list[Any]:
        return to.to_list(value)


class CSV(Elem):
    """A list of texts that is sent as one text with commas, in both directions."""

    schema: ClassVar[Schema] = {"type": "string"}

    def parse(self, value: Any) -> list[str]:
        return to.to_csv(value)

    def render(self, value: Any) -> str:
        return ",".join(to.to_csv(value))


class Plain(Elem):
    """A name without a type: text, unless today's naming conventions say otherwise.

    `id`, `*_id`, `*_count`, `*_size`, `*_timeout`: text that is exactly an integer becomes one, other text stays text.
    `by_*`, `has_*`, `is_*`, `may_*`, `needs_*`, `should_*`: true or false. In a response the value stays what it is.
    """

    def __init__(self, name: str, *, default: Any = None) -> None:
        super().__init__(name, default=default)
        self.empty_is_missing = True
        if self.name == "id" or self.name.endswith(_INTEGER_SUFFIXES):
            self._convert: Callable[[Any], Any] = _identifier
            self._input_schema: Schema = {"type": ["integer", "string"]}
        elif self.name.startswith(_BOOLEAN_PREFIXES):
            self._convert = to.to_bool
            self._input_schema = {"type": "boolean"}
        else:
            self._convert = to.to_text
            self.empty_is_missing = False
            self._input_schema = {"type": "string"}

    def parse(self, value: Any) -> Any:
        return self._convert(value)

    def render(self, value: Any) -> Any:
        return value

    def json_schema(self) -> Schema:
        return dict(self._input_schema)

    def output_schema(self) -> Schema:
        return {}


def element(declared: str | Elem) -> Elem:
    """The element of a declaration. Raises TypeError or ValueError that says what is wrong with it."""
    if isinstance(declared, Elem):
        return declared
    if isinstance(declared, str):
        return Plain(declared)
    if isinstance(declared, type) and issubclass(declared, Elem):
        raise TypeError(f"{declared.__name__} needs the name of the field: {declared.__name__}('name')")
    raise TypeError(f"{declared!r} is neither a name nor an element such as Int('count')")


def object_schema(fields: tuple[Elem, ...], *, output: bool = False) -> Schema:
    """The JSON schema of an object with these fields, as it is received or, with `output`, sent."""
    properties = {field.name: field.output_schema() if output else field.json_schema() for field in fields}
    schema: Schema = {"type": "object", "properties": properties}
    required = [field.name for field in fields if field.required]
    return {**schema, "required": required} if required else schema


def or_null(schema: Schema) -> Schema:
    """The schema, with null beside what it allows."""
    kind = schema.get("type")
    return {**schema, "type": [*([kind] if isinstance(kind, str) else kind), "null"]} if kind else schema


def _identifier(value: Any) -> int | str:
    text = to.to_text(value)
    return int(text) if _CANONICAL_INTEGER.fullmatch(text) else text
