"""Base class for typed messages written as dataclasses."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, Self

import msgspec

from zato.service.values import encode, simplify, with_defaults


class Model:
    """A message type: a class with annotated attributes, with or without @dataclass(init=False).

    Used as `input` or `output`, and filled attribute by attribute: `response = Answer(); response.name = ...`.
    """

    def __init__(self) -> None:
        """Sets the defaults. Fields without one have no value until they are set."""
        make_dataclasses(type(self))
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            if field.default is not dataclasses.MISSING:
                object.__setattr__(self, field.name, field.default)
            elif field.default_factory is not dataclasses.MISSING:
                object.__setattr__(self, field.name, field.default_factory())

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Raises msgspec.ValidationError, a ValueError, where `data` does not fit."""
        make_dataclasses(cls)
        converted: Self = with_defaults(msgspec.convert(data, cls, str_keys=True))
        return converted

    def to_dict(self) -> dict[str, Any]:
        converted: dict[str, Any] = msgspec.to_builtins(self, enc_hook=simplify)
        return converted

    def to_json(self) -> str:
        return encode(self).decode()


def make_dataclasses(declared: Any) -> None:
    """Turns subclasses of Model that have no decorator into dataclasses, wherever they are in a type."""
    _make_dataclasses(declared, set())


def _make_dataclasses(declared: Any, seen: set[int]) -> None:
    for argument in typing.get_args(declared):
        _make_dataclasses(argument, seen)
    if id(declared) in seen or not isinstance(declared, type) or not issubclass(declared, Model) or declared is Model:
        return
    seen.add(id(declared))
    for base in reversed(declared.__mro__):
        if issubclass(base, Model) and base is not Model and "__dataclass_fields__" not in vars(base):
            dataclasses.dataclass(init=False)(base)
    for hint in typing.get_type_hints(declared).values():
        _make_dataclasses(hint, seen)
