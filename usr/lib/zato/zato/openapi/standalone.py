"""What a service takes and gives as JSON Schema documents that stand by themselves."""

from __future__ import annotations

from typing import Any

from zato.openapi.operation import Described
from zato.service.io import IOModel
from zato.service.io_model import REF_TEMPLATE

_COMPONENTS = REF_TEMPLATE.format(name="")
_DEFINITIONS = "#/$defs/"


def input_schema(service: Described) -> dict[str, Any] | None:
    """None where the service declares no input."""
    return None if service.input is None else _standalone(service.input, service.input.input_schema())


def output_schema(service: Described) -> dict[str, Any] | None:
    """None where the service declares no output."""
    return None if service.output is None else _standalone(service.output, service.output.output_schema())


def _standalone(model: IOModel, schema: dict[str, Any]) -> dict[str, Any]:
    definitions = model.components()
    moved: dict[str, Any] = _moved(schema)
    return {**moved, "$defs": _moved(definitions)} if definitions else moved


def _moved(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(one) for one in value]
    if isinstance(value, str) and value.startswith(_COMPONENTS):
        return _DEFINITIONS + value.removeprefix(_COMPONENTS)
    return value
