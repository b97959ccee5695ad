"""From the declarations on a service class to its two models. Called once for each class when it is loaded."""

from __future__ import annotations

import copy
from typing import Any

from zato.core.errors import InvalidInput
from zato.service.elements import Elem, element
from zato.service.io_model import ElementModel, Field, IOModel
from zato.service.models import make_dataclasses
from zato.service.typed import TypedModel

__all__ = ["ElementModel", "Field", "IOModel", "TypedModel", "io_of"]

_SIMPLE_IO = frozenset({
    "input", "output", "input_required", "input_optional", "output_required", "output_optional",
    "output_repeated", "skip_empty_keys",
})  # fmt: skip
# Attributes of older services that changed how XML was written, or what is the case here anyway
_WITHOUT_EFFECT = frozenset({"namespace", "allow_empty_required"})


def io_of(implementation: type) -> tuple[IOModel | None, IOModel | None]:
    """The models of a service's input and output, None where the service declares none.

    Raises InvalidInput (code "invalid-declaration") that names the class, the attribute and what is wrong with it.
    """
    simple = getattr(implementation, "SimpleIO", None)
    declared_input, declared_output = getattr(implementation, "input", None), getattr(implementation, "output", None)
    repeated = skip_empty = False
    if simple is not None:
        if declared_input is not None or declared_output is not None:
            raise _invalid(implementation, "SimpleIO", "is declared beside input or output; use one of the two")
        _check_simple_io(implementation, simple)
        repeated, skip_empty = bool(getattr(simple, "output_repeated", 0)), bool(getattr(simple, "skip_empty_keys", 0))
        declared_input = _simple_io(implementation, simple, "input")
        declared_output = _simple_io(implementation, simple, "output")
    return (
        _model(implementation, "input", declared_input),
        _model(implementation, "output", declared_output, repeated=repeated, skip_empty=skip_empty),
    )


def _model(
    implementation: type, attribute: str, declared: Any, *, repeated: bool = False, skip_empty: bool = False
) -> IOModel | None:
    if declared is None or (isinstance(declared, tuple | list | str) and not declared):
        return None
    if isinstance(declared, str | Elem) or (isinstance(declared, type) and issubclass(declared, Elem)):
        declared = (declared,)
    if isinstance(declared, tuple | list):
        fields = _elements(implementation, attribute, declared)
        names = [field.name for field in fields]
        for name in names:
            if names.count(name) > 1:
                raise _invalid(implementation, attribute, f"has the field {name!r} more than once")
        return ElementModel(fields, repeated=repeated, skip_empty=skip_empty)
    try:
        make_dataclasses(declared)
        model = TypedModel(declared)
        if attribute == "input" and not model.takes_messages:
            raise TypeError("msgspec.Raw is JSON that nothing has read, and messages have been; use Any")
        return model
    except (TypeError, ValueError, NameError, AttributeError) as error:
        what = f"is {declared!r}, which cannot be read from and written to JSON: {error}"
        raise _invalid(implementation, attribute, what) from error


def _elements(implementation: type, attribute: str, declared: tuple[Any, ...] | list[Any]) -> tuple[Elem, ...]:
    fields = []
    for one in declared:
        try:
            fields.append(element(one))
        except (TypeError, ValueError) as error:
            raise _invalid(implementation, attribute, f"has a field that is not valid: {error}") from error
    return tuple(fields)


def _simple_io(implementation: type, simple: type, side: str) -> Any:
    """`input` or `output` of a class SimpleIO, or the older pair of required and optional names as one tuple."""
    direct = getattr(simple, side, None)
    fields: list[Elem] = []
    for suffix, required in (("_required", True), ("_optional", False)):
        declared = getattr(simple, side + suffix, None) or ()
        for field in _elements(
            implementation, f"SimpleIO.{side}{suffix}", declared if isinstance(declared, tuple | list) else (declared,)
        ):
            own = copy.copy(field)  # the same element may stand in other declarations, too
            own.required = required and field.required
            fields.append(own)
    if direct is not None and fields:
        raise _invalid(implementation, f"SimpleIO.{side}", f"is declared beside {side}_required or {side}_optional")
    return direct if direct is not None else tuple(fields)


def _check_simple_io(implementation: type, simple: type) -> None:
    for name in dir(simple):
        if name.startswith("_") or name in _SIMPLE_IO or name in _WITHOUT_EFFECT:
            continue
        if getattr(simple, name) is not None:  # what is ignored silently would change what clients get
            raise _invalid(implementation, f"SimpleIO.{name}", "is not supported")


def _invalid(implementation: type, attribute: str, what: str) -> InvalidInput:
    where = f"{implementation.__module__}.{implementation.__qualname__}"
    return InvalidInput(f"In the service class {where}, {attribute} {what}.", code="invalid-declaration")
