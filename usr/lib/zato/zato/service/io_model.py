"""What the server knows of a service's declared input or output, whichever way it was declared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zato.core.errors import InvalidInput
from zato.core.validation_errors import ValidationErrors
from zato.service.elements import Elem, Schema, object_schema
from zato.service.errors import InvalidOutput
from zato.service.problems import Problems
from zato.service.records import Blank, Record
from zato.service.values import as_mapping, as_rows

JSON = "application/json"
BINARY = "application/octet-stream"
REF_TEMPLATE = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Field:
    """One field, for documents: `schema` is JSON Schema 2020-12."""

    name: str
    schema: Schema
    required: bool


class IOModel(ABC):
    """Validates and converts one direction of a service. Immutable, made once when the service is loaded."""

    is_text: bool = False
    """Whether a message that is text, as another service passes it, is the value and not a document with it."""
    is_value: bool = False
    """Whether what is sent is always JSON of the value, which a service cannot write by itself as it can an object."""

    def media_type(self, text_type: str | None) -> str:
        """Of what is sent where the service says nothing of it; `text_type` is a plain channel's type for text."""
        return JSON

    @abstractmethod
    def parse(self, body: Any, query: Mapping[str, Any], path: Mapping[str, str]) -> Any:
        """What the service gets as self.request.input; a name in several places is taken from path, query, body.

        `body` is the decoded message (None for none), values of `query` are text or a list of texts: parameters of the
        query, and the fields of a form, which the body has, too.
        Raises InvalidInput whose details name every field that is not valid.
        """

    @abstractmethod
    def render(self, payload: Any) -> Any:
        """What is sent for what the service left in self.response.payload. Raises InvalidOutput naming the fields."""

    @abstractmethod
    def blank(self) -> Any:
        """What self.response.payload is before the service sets it."""

    @abstractmethod
    def input_fields(self) -> tuple[Field, ...]:
        """The fields of the input, none where it is not an object. References in schemas are as in `REF_TEMPLATE`."""

    @abstractmethod
    def input_schema(self) -> Schema: ...

    @abstractmethod
    def output_schema(self) -> Schema: ...

    @abstractmethod
    def components(self) -> dict[str, Schema]:
        """The named schemas that the others refer to."""


class ElementModel(IOModel):
    """Declared by names and elements: `'name', Int('count'), '-note'`. Fields that are not declared are ignored."""

    def __init__(self, fields: tuple[Elem, ...], *, repeated: bool = False, skip_empty: bool = False) -> None:
        """`repeated`: the output is a list of such objects. `skip_empty`: it leaves out fields that are None."""
        self.fields = fields
        self.repeated = repeated
        self._skip_empty = skip_empty
        self._names = frozenset(field.name for field in fields)
        self._steps = tuple((f.name, f.parse, f.required, f.default, f.empty_is_missing) for f in fields)

    def parse(self, body: Any, query: Mapping[str, Any], path: Mapping[str, str]) -> Record:
        data = body if type(body) is dict else as_mapping(body)
        if data is None:
            raise invalid_input(["The message must be an object with named fields."])
        if query or path:
            data = {**data, **query, **path}
        record = Record()
        values = record.__dict__
        problems: Problems | None = None
        for name, parse, required, default, empty_is_missing in self._steps:
            value = data.get(name)
            if value is None or (empty_is_missing and value == ""):
                if required:
                    problems = problems or Problems()
                    problems.add(name, ValueError("is missing"))
                values[name] = default
                continue
            try:
                values[name] = parse(value)
            except ValueError as error:
                problems = problems or Problems()
                problems.add(name, error)
        if problems is not None:
            raise invalid_input([f"The field {path!r} {text}." for path, text in problems.found], more=problems.more)
        return record

    def render(self, payload: Any) -> Any:
        if isinstance(payload, str | bytes):
            return payload  # the service has written the document itself
        rows = as_rows(payload)
        if rows is not None:
            return [self._render_one(row, f"[{index}]") for index, row in enumerate(rows)]
        return self._render_one(payload, "")

    def blank(self) -> Any:
        return [] if self.repeated else Blank(self._names)

    def _render_one(self, payload: Any, where: str) -> dict[str, Any]:
        data = as_mapping(payload)
        if data is None:
            data = {name: getattr(payload, name) for name in self._names if hasattr(payload, name)}
        result: dict[str, Any] = {}
        problems = Problems()
        before = f"{where}{'.' if where else ''}"
        for field in self.fields:
            name = field.name
            if name not in data:
                if field.required:
                    problems.add(before + name, ValueError("is missing"))
                elif field.default is not None:
                    result[name] = field.default
                continue
            value = data[name]
            if value is None:
                if not self._skip_empty:
                    result[name] = None
                continue
            try:
                result[name] = field.render(value)
            except ValueError as error:
                problems.add(before + name, error)
        if problems.found:
            raise invalid_output([f"The output field {path!r} {text}." for path, text in problems.found])
        return result

    def input_fields(self) -> tuple[Field, ...]:
        return tuple(Field(field.name, field.json_schema(), field.required) for field in self.fields)

    def input_schema(self) -> Schema:
        return object_schema(self.fields)

    def output_schema(self) -> Schema:
        one = object_schema(self.fields, output=True)
        if self._skip_empty:
            one.pop("required", None)
        return {"type": "array", "items": one} if self.repeated else one

    def components(self) -> dict[str, Schema]:
        return {}


def invalid_input(problems: list[str], *, more: int = 0) -> InvalidInput:
    """One error for all problems, with `more` that are only counted; its message names the first three."""
    message, details = _all_of(problems, more)
    return InvalidInput(message, details=details)


def invalid_output(problems: list[str], *, more: int = 0) -> InvalidOutput:
    """One error for all problems, as `invalid_input`."""
    message, details = _all_of(problems, more)
    return InvalidOutput(message, details=details)


def _all_of(problems: list[str], more: int) -> tuple[str, tuple[str, ...]]:
    errors = ValidationErrors()
    for problem in problems:
        errors.add(problem)
    errors.count(more)
    others = len(problems) + more - 3
    return " ".join(problems[:3]) + (f" There are {others} more." if others > 0 else ""), tuple(errors.as_list())
