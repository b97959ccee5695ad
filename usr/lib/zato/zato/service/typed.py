"""Input or output declared as a type: a dataclass, a msgspec.Struct, a list of them, or any type msgspec knows."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from zato.core.mismatches import Mismatch, mismatches
from zato.core.validation_errors import shortened
from zato.service.costly import Costly
from zato.service.defaults import Defaults
from zato.service.elements import Schema
from zato.service.finite import not_finite, surely_finite
from zato.service.io_model import BINARY, JSON, REF_TEMPLATE, Field, IOModel, invalid_input, invalid_output
from zato.service.records import Blank, Record
from zato.service.values import NATIVE_TYPES, as_mapping, as_rows, simplify

_MISSING = "Object missing required field `"
_UNKNOWN = "Object contains unknown field `"
_NAME_LENGTH_MAX = 100
_STR = (msgspec.inspect.StrType, msgspec.inspect.LiteralType, msgspec.inspect.EnumType)
# What JSON has as text
_TEXT = (
    *_STR,
    msgspec.inspect.BytesType,
    msgspec.inspect.DateTimeType,
    msgspec.inspect.DateType,
    msgspec.inspect.TimeType,
    msgspec.inspect.TimeDeltaType,
    msgspec.inspect.UUIDType,
    msgspec.inspect.DecimalType,
)

_DEPTH_MAX = 60
_PLAIN = (str, bytes, bool, int, float, list, tuple)
_SEVERAL = (msgspec.inspect.ListType, msgspec.inspect.VarTupleType)
_NUMBERS = (msgspec.inspect.FloatType, msgspec.inspect.DecimalType)
_OBJECTS = (msgspec.inspect.StructType, msgspec.inspect.DataclassType, msgspec.inspect.TypedDictType)


class TypedModel(IOModel):
    """Validated by msgspec as the type says: JSON bodies strictly, text from path, query and forms converted.

    Numbers are finite in both directions, as JSON has no others.
    """

    def __init__(self, declared: Any) -> None:
        """Raises TypeError where the type cannot be read from and written to JSON."""
        self.type = declared
        (self._schema,), self._components = msgspec.json.schema_components([declared], ref_template=REF_TEMPLATE)
        info = self._info = msgspec.inspect.type_info(declared)
        self._is_list = isinstance(info, msgspec.inspect.ListType)
        self._is_object = isinstance(info, _OBJECTS)
        self._costly = Costly(info)
        self.takes_messages = not _contains(info, (msgspec.inspect.RawType,))
        self._defaults = Defaults(info)
        self._has_numbers = _contains(info, _NUMBERS)
        self._is_binary = isinstance(info, msgspec.inspect.BytesType)
        self._is_str = _is_written_as(info, _STR)
        self.is_text = _is_written_as(info, _TEXT)
        self.is_value = not (self._is_list or self._is_object or self._is_binary)
        fields = info.fields if isinstance(info, _OBJECTS) else ()
        self._attributes = frozenset(field.name for field in fields)
        self._required = {field.encode_name: field.required for field in fields}
        hints = typing.get_type_hints(typing.get_origin(declared) or declared, include_extras=True) if fields else {}
        # By the name in messages, which may differ from the attribute's (msgspec's rename)
        self._types = {field.encode_name: hints.get(field.name, Any) for field in fields}

    def parse(self, body: Any, query: Mapping[str, Any], path: Mapping[str, str]) -> Any:
        if (costs := self._costly.before(body)) is not None:
            raise invalid_input([f"The message {costs}; send it in parts."])
        if not self._is_object:
            return self._convert(_builtins(body))
        if type(body) is not dict:
            body = {} if body is None else _builtins(body)
        if not (query or path) or not isinstance(body, dict):
            return self._convert(body)
        data = dict(body)
        mismatched: dict[str, list[Mismatch]] = {}
        for name, text in {**query, **path}.items():
            if name in self._types:
                try:
                    data[name] = _from_text(text, self._types[name])
                except msgspec.ValidationError:
                    data.pop(name, None)
                    if text != "":  # an empty parameter is one that was not filled in
                        mismatched[name] = _wrong_with(text, self._types[name])
        if mismatched:
            beside = mismatches(data, self.type, self._info)
            found = [_within(name, each) for name, these in mismatched.items() for each in these]
            found += [each for each in beside.found if each.path not in mismatched]
            raise invalid_input([_said(each) for each in found], more=beside.more)
        return self._convert(data)

    def render(self, payload: Any) -> Any:
        if isinstance(payload, str | bytes) and (self._is_object or self._is_list):
            return payload  # the service has written the document itself
        plain = payload
        try:
            plain = self._plain(payload)
            converted = msgspec.convert(plain, self.type, from_attributes=True, str_keys=True)
        except msgspec.ValidationError as error:
            mismatched = mismatches(_fields_of(plain, self._info, 0), self.type, self._info)
            problems = [_said(each, "output field", "The output") for each in mismatched.found]
            raise invalid_output(problems or [_sentence(error, "", "output field")], more=mismatched.more) from error
        except TypeError as error:
            raise invalid_output([f"The output cannot be written: {error}."]) from error
        if self._has_numbers and (problems := _numbers_problems(converted, "output field", "The output")):
            raise invalid_output(problems)
        self._defaults.fill(converted)
        return converted

    def media_type(self, text_type: str | None) -> str:
        if self._is_binary:
            return text_type or BINARY
        return text_type if self._is_str and text_type is not None else JSON

    def blank(self) -> Any:
        if self._is_list:
            return []
        return Blank(self._attributes) if self._is_object else None

    def input_fields(self) -> tuple[Field, ...]:
        if not self._is_object:
            return ()
        schema = self._schema
        if "$ref" in schema:
            schema = self._components[schema["$ref"].rpartition("/")[2]]
        properties: dict[str, Schema] = schema.get("properties", {})
        return tuple(Field(name, one, self._required[name]) for name, one in properties.items())

    def input_schema(self) -> Schema:
        return self._schema

    def output_schema(self) -> Schema:
        return self._schema

    def components(self) -> dict[str, Schema]:
        return self._components

    def _plain(self, payload: Any) -> Any:
        """What msgspec can check: an instance is taken apart, since nothing has checked what is in it."""
        if self._is_list:
            rows = as_rows(payload)
            return payload if rows is None else [_builtins(row) for row in rows]
        return _builtins(payload)

    def _convert(self, data: Any) -> Any:
        try:
            converted = msgspec.convert(data, self.type, str_keys=True)
        except msgspec.ValidationError as error:
            mismatched = mismatches(data, self.type, self._info)
            problems = [_said(each) for each in mismatched.found] or [_sentence(error, "", "field")]
            raise invalid_input(problems, more=mismatched.more) from None
        if (cost := self._costly.after(converted)) is not None:
            path, reason = cost
            raise invalid_input([f"{f'The field {path!r}' if path else 'The message'} is not valid: {reason}."])
        if self._has_numbers and (problems := _numbers_problems(converted)):
            raise invalid_input(problems)
        self._defaults.fill(converted)
        return converted


def _is_written_as(info: Any, kinds: tuple[type, ...]) -> bool:
    """Whether values of a type are of these kinds, or null."""
    if isinstance(info, msgspec.inspect.Metadata):
        return _is_written_as(info.type, kinds)
    if isinstance(info, msgspec.inspect.UnionType):
        others = [one for one in info.types if not isinstance(one, msgspec.inspect.NoneType)]
        return any(_is_written_as(one, kinds) for one in others)
    return isinstance(info, kinds)


def _contains(info: Any, kinds: tuple[type, ...], seen: set[int] | None = None) -> bool:
    """Whether a type of one of these kinds is anywhere in a type."""
    seen = set() if seen is None else seen
    if isinstance(info, tuple | list):
        return any(_contains(one, kinds, seen) for one in info)
    if not isinstance(info, msgspec.Struct) or id(info) in seen:
        return False
    seen.add(id(info))
    return isinstance(info, kinds) or any(
        _contains(getattr(info, name), kinds, seen) for name in info.__struct_fields__ if name != "default"
    )


def _numbers_problems(value: Any, kind: str = "field", whole: str = "The message") -> list[str]:
    if surely_finite(value):
        return []
    return [_said(Mismatch(path, "must be a finite number"), kind, whole) for path in not_finite(value)]


def _from_text(text: str | list[str], declared: Any) -> Any:
    """The value of a path or query parameter; a parameter sent once may be for a list."""
    try:
        return msgspec.convert(text, declared, strict=False)
    except msgspec.ValidationError:
        if isinstance(text, str) and text:
            try:
                return msgspec.convert([text], declared, strict=False)
            except msgspec.ValidationError:
                pass
        raise


def _builtins(value: Any) -> Any:
    """Dicts and lists all the way down; what msgspec does not know stays as it is, to be read by its attributes."""
    if value is None or type(value) in {dict, list, str, int}:
        mapping = None
    elif isinstance(value, Record):
        return value.to_dict()
    else:
        mapping = as_mapping(value)
    if mapping is None and not isinstance(value, dict | list):
        return value
    return msgspec.to_builtins(value, builtin_types=NATIVE_TYPES, enc_hook=simplify)


def _fields_of(value: Any, info: Any, depth: int) -> Any:
    """The same with objects that are read by their attributes taken apart, at every depth at which the type has one."""
    while isinstance(info, msgspec.inspect.Metadata | msgspec.inspect.UnionType):
        kinds = info.types if isinstance(info, msgspec.inspect.UnionType) else (info.type,)
        with_parts = [one for one in kinds if isinstance(one, (*_OBJECTS, *_SEVERAL, msgspec.inspect.Metadata))]
        info = with_parts[0] if len(with_parts) == 1 else None
    if isinstance(info, _SEVERAL) and isinstance(value, list | tuple) and depth < _DEPTH_MAX:
        return [_fields_of(each, info.item_type, depth + 1) for each in value]
    if not isinstance(info, _OBJECTS) or value is None or isinstance(value, _PLAIN) or depth > _DEPTH_MAX:
        return value
    if isinstance(value, dict):
        types = {field.encode_name: field.type for field in info.fields}
        return {name: _fields_of(each, types.get(name), depth + 1) for name, each in value.items()}
    return {
        field.encode_name: _fields_of(getattr(value, field.name), field.type, depth + 1)
        for field in info.fields
        if hasattr(value, field.name)
    }


def _wrong_with(text: str | list[str], declared: Any) -> list[Mismatch]:
    """What is wrong with a parameter that does not convert; where it may be a list, with its only element."""
    if isinstance(text, str):
        in_list = mismatches([text], declared, strict=False).found
        if in_list and all(each.path for each in in_list):
            return in_list
    return mismatches(text, declared, strict=False).found


def _within(name: str, mismatch: Mismatch) -> Mismatch:
    return replace(mismatch, path=f"{name}{'.' if mismatch.path and mismatch.path[0] != '[' else ''}{mismatch.path}")


def _said(mismatch: Mismatch, kind: str = "field", whole: str = "The message") -> str:
    subject = f"The {kind} {mismatch.path!r}" if mismatch.path else whole
    if mismatch.missing:
        return f"{subject} is missing."
    if mismatch.unknown:
        return f"{subject} is not known."
    return f"{subject} is not valid: {mismatch.reason.replace('`', '').rstrip('.')}."


def _sentence(error: msgspec.ValidationError, name: str, kind: str) -> str:
    """msgspec's message as a sentence that names the field by its whole path: "items[2].price"."""
    text, path = _split(str(error))
    path = f"{name}{'' if not path or path.startswith('[') or not name else '.'}{path}"
    for beginning, ending in ((_MISSING, "is missing"), (_UNKNOWN, "is not known")):
        if text.startswith(beginning):
            field = shortened(text[len(beginning) : -1], _NAME_LENGTH_MAX)
            return f"The {kind} '{path}{'.' if path else ''}{field}' {ending}."
    subject = f"The {kind} {path!r}" if path else ("The output" if kind == "output field" else "The message")
    text = shortened(text).replace("`", "").rstrip(".")
    return f"{subject} is not valid: {text[:1].lower()}{text[1:]}."


def _split(message: str) -> tuple[str, str]:
    """What is wrong, and where: the path within the message, without the `$` that it begins with."""
    text, at, place = message.rpartition(" - at `")
    if not at or not place.endswith("`"):  # what looked like a place was a part of what the caller sent
        return message, ""
    return text, place[:-1].removeprefix("key` in `").removeprefix("$").removeprefix(".")
