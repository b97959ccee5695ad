"""One method of one channel, as OpenAPI describes it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Protocol

from zato.config.kinds import HttpChannel
from zato.connector.http_channel import HttpChannelPart
from zato.openapi.components import Components, Schema
from zato.service.base import Service
from zato.service.io import Field, IOModel
from zato.service.io_model import BINARY

_JSON = "application/json"
_WITHOUT_BODY = frozenset({"GET", "DELETE", "HEAD"})


class Described(Protocol):
    """What of a registry's entry is described."""

    @property
    def name(self) -> str: ...
    @property
    def implementation(self) -> type[Service]: ...
    @property
    def module(self) -> str: ...
    @property
    def input(self) -> IOModel | None: ...
    @property
    def output(self) -> IOModel | None: ...


def operation(
    name: str,
    part: HttpChannelPart,
    channel: HttpChannel,
    method: str,
    service: Described,
    path_names: Mapping[str, str],
    components: Components,
) -> dict[str, Any] | None:
    """The operation, None where the service refuses the method. `path_names`: parameters and how they are shown."""
    if not _answers(service.implementation, method):
        return None
    for model in (service.input, service.output):
        if model is not None:
            components.add(service.module, model)
    fields = {field.name: field for field in service.input.input_fields()} if service.input is not None else {}
    parameters = [_path_parameter(shown, fields.get(own), service, components) for own, shown in path_names.items()]
    result: dict[str, Any] = {"operationId": f"{name}.{method.lower()}", "tags": [service.module or service.name]}
    result.update(_texts(service.implementation))
    rest = [field for field in fields.values() if field.name not in path_names]
    if method in _WITHOUT_BODY:
        parameters.extend(_query_parameter(field, service, components) for field in rest if _fits_a_query(field))
    else:
        body = _body(part, service, rest, components)
        if body is not None:
            result["requestBody"] = body
    if parameters:
        result["parameters"] = parameters
    result["responses"] = _responses(part.response_type(channel), service, components)
    result["security"] = components.security(channel.security)
    return result


def _answers(implementation: type[Service], method: str) -> bool:
    handlers = implementation.method_handlers
    return not handlers or method in handlers or implementation.handle is not Service.handle


def _texts(implementation: type[Service]) -> dict[str, str]:
    """Summary and description from the class's own docstring."""
    own = vars(implementation).get("__doc__")
    if not own:
        return {}
    summary, _, description = inspect.cleandoc(own).partition("\n")
    texts = {"summary": summary.strip(), "description": description.strip()}
    return {key: text for key, text in texts.items() if text}


def _path_parameter(shown: str, field: Field | None, service: Described, components: Components) -> dict[str, Any]:
    schema = components.schema(service.module, field.schema) if field is not None else {"type": "string"}
    return {"name": shown, "in": "path", "required": True, "schema": schema}


def _query_parameter(field: Field, service: Described, components: Components) -> dict[str, Any]:
    schema = components.schema(service.module, field.schema)
    return {"name": field.name, "in": "query", "required": field.required, "schema": schema}


def _fits_a_query(field: Field) -> bool:
    return field.schema.get("type") != "object" and field.schema.get("items", {}).get("type") != "object"


def _body(
    part: HttpChannelPart,
    service: Described,
    rest: list[Field],
    components: Components,
) -> dict[str, Any] | None:
    """A message with those fields of the input that the path does not give; anything, where nothing is declared."""
    model = service.input
    if model is None:
        return {"content": {part.request_type: {"schema": {}}}}
    fields = model.input_fields()
    if not fields:
        schema = components.schema(service.module, model.input_schema())
        media_type = part.text_type if model.is_text else _JSON
        return {"required": True, "content": {media_type: {"schema": schema}}}
    if not rest:
        return None
    if len(rest) == len(fields):
        schema = components.schema(service.module, model.input_schema())
    else:
        schema = _object(rest, service, components)
    return {"required": any(field.required for field in rest), "content": {_JSON: {"schema": schema}}}


def _object(fields: list[Field], service: Described, components: Components) -> Schema:
    properties = {field.name: components.schema(service.module, field.schema) for field in fields}
    schema: Schema = {"type": "object", "properties": properties}
    required = [field.name for field in fields if field.required]
    return {**schema, "required": required} if required else schema


def _responses(response_type: str | None, service: Described, components: Components) -> dict[str, Any]:
    """What the service answers, by the status that it sets, and Zato's own errors."""
    success: dict[str, Any] = {"description": "What the service answers."}
    if service.output is not None:
        media_type = service.output.media_type(response_type)
        schema = components.schema(service.module, service.output.output_schema()) if media_type != BINARY else {}
        success["content"] = {media_type: {"schema": schema}}
    elif response_type is not None:
        success["content"] = {response_type: {"schema": {}}}
    content = {_JSON: {"schema": components.error()}}
    too_many = {
        "description": "More requests than the channel, or the principal, may have, or too many wrong passwords.",
        "headers": {
            "Retry-After": {"description": "Seconds until it may be tried again.", "schema": {"type": "integer"}}
        },
        "content": content,
    }
    error = {"description": "An error.", "content": content}
    return {"200": success, "2XX": success, "429": too_many, "default": error}
