"""The OpenAPI 3.1 document of the admin API, made from the same table of routes that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from zato.admin_api.route import Route
from zato.admin_api.schemas.errors import Error
from zato.admin_api.schemas.history import HistoryQuery
from zato.admin_api.schemas.items import ChangedItem, NewItem, UnsavedItem
from zato.admin_api.schemas.whole import DiffQuery, Preview
from zato.config.kinds import KINDS, letting_in
from zato.config.kinds.text import ITEM_NAME_PATTERN
from zato.core.declared import fields_of
from zato.core.errors import Forbidden, InvalidInput, NotFound, TooLarge, Unauthorized, Unavailable, ZatoError
from zato.core.principal import Authentication, Right
from zato.security.authorisation import roles_with

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)\}")
ANYTHING = "*/*"
_PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "pattern": ITEM_NAME_PATTERN},
    "id": {"type": "integer", "minimum": 1},
    "message": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "token": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
    "session": {"type": "string", "pattern": "^([0-9a-f]{32}|current)$"},
    "number": {"type": "integer", "minimum": 1},
    "file_name": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(py|zip)$"},
}
_SESSION = {"type": "http", "scheme": "bearer", "description": "The token of a session; see open-session."}


def document(routes: Iterable[Route], version: str, channels: Mapping[str, Any]) -> dict[str, Any]:
    """The document of these routes merged with that of the users' channels."""
    table = tuple(routes)
    schemas = _schemas(table)
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas.references)
    own: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Zato", "version": version},
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": _schemes()},
    }
    return _merge(own, channels)


def _schemes() -> dict[str, dict[str, Any]]:
    """How somebody may prove who they are: by a definition of any kind that lets in, or by a session."""
    schemes: dict[str, dict[str, Any]] = {}
    for kind in letting_in():
        # What an item of the kind looks like is seen in its example; what is made up where it is absent, is made up
        example = {**dict.fromkeys(kind.generated_fields, "x" * 100), **kind.example}
        assert kind.scheme is not None
        scheme = kind.scheme(msgspec.convert(example, kind.struct, strict=False))
        name = scheme["scheme"] if scheme["type"] == "http" else scheme["type"]
        where = f", in the {scheme['in']} that it names" if "in" in scheme else ""
        schemes[name] = {**scheme, "description": f"A definition of the kind {kind.name}{where}."}
    return {**schemes, "session": _SESSION}


class _Schemas:
    def __init__(self, types: list[type]) -> None:
        references, self.components = msgspec.json.schema_components(types, ref_template=_REF)
        self.references: dict[type, dict[str, Any]] = dict(zip(types, references, strict=True))
        value = {"anyOf": [self.references[kind.struct] for kind in KINDS.values()]}
        for taken in (NewItem, ChangedItem, UnsavedItem):
            self.components[taken.__name__]["properties"]["value"] = value


def _schemas(routes: tuple[Route, ...]) -> _Schemas:
    types: dict[type, None] = dict.fromkeys((Error, NewItem, ChangedItem, UnsavedItem, Preview))
    types |= dict.fromkeys(kind.struct for kind in KINDS.values())
    for route in routes:
        for used in (route.request, route.json_request, route.response, *route.also.values()):
            if isinstance(used, type):
                types[used] = None
    return _Schemas(list(types))


def _operation(route: Route, references: Mapping[type, dict[str, Any]]) -> dict[str, Any]:
    right = route.right
    roles = "depends on the kind" if right is None else ", ".join(roles_with(right))
    who = "Any principal." if right is Right.KNOW_ONESELF else f"Roles: {roles}."
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "description": "Whoever has the token that the body takes." if route.open else who,
        "tags": ["admin"],
        "security": [] if route.open else _security(route),
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query)],
        "responses": _responses(route, references),
    }
    if isinstance(route.request, tuple):
        content: dict[str, Any] = {media: {"schema": {}} for media in route.request}
        if route.json_request is not None:
            content["application/json"] = {"schema": references[route.json_request]}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.request is not None:
        content = {"application/json": {"schema": references[route.request]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    return [{"basic": []}] if route.known_by is Authentication.BASIC else [{name: []} for name in _schemes()]


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "enum": list(KINDS)} if name == "kind" else _PATH_SCHEMAS[name],
        }
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(query: type[msgspec.Struct]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for field in fields_of(query):
        (schema,), components = msgspec.json.schema_components([field.type], ref_template=_REF)
        if "anyOf" in schema:  # a parameter that is absent stands for null
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        if "$ref" in schema:
            schema = components[schema["$ref"].rpartition("/")[2]]
        found.append({"name": field.encode_name, "in": "query", "required": field.required, "schema": schema})
    return found


def _responses(route: Route, references: Mapping[type, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(route.response, str):
        content: dict[str, Any] = {route.response: {"schema": {}}}
    else:
        content = {"application/json": {"schema": references[route.response]}}
    responses: dict[str, Any] = {str(route.status): {"description": "Done.", "content": content}}
    if route.previews:
        responses["200"] = _with_preview(responses.get("200"), references[Preview])
    for status, struct in route.also.items():
        also = {"application/json": {"schema": references[struct]}}
        responses[str(status)] = {"description": (struct.__doc__ or "").partition("\n")[0], "content": also}
    errors: list[type[ZatoError]] = [InvalidInput, Unauthorized, Forbidden, Unavailable, *route.errors]
    if route.response == ANYTHING:
        responses["default"] = {"description": "Whatever the service answers.", "content": content}
    if "{" in route.path or route.query in (DiffQuery, HistoryQuery):
        errors.append(NotFound)
    if route.request is not None:
        errors.append(TooLarge)
    error_content = {"application/json": {"schema": references[Error]}}
    for error in sorted(errors, key=lambda one: one.status):
        text = (error.__doc__ or "").partition("\n")[0].replace("`", "")
        responses[str(error.status)] = {"description": text, "content": error_content}
    responses["429"] = {
        "description": "Too many wrong passwords came from this address, or the principal's limit is reached; "
        "Retry-After says when to try again.",
        "content": error_content,
    }
    if route.request is not None:
        responses["415"] = {"description": "The body's media type is not accepted.", "content": error_content}
    return dict(sorted(responses.items()))


def _with_preview(done: dict[str, Any] | None, preview: dict[str, Any]) -> dict[str, Any]:
    """The answer of an operation that may only be asked what it would do."""
    if done is None:
        return {"description": "What would change.", "content": {"application/json": {"schema": preview}}}
    schema = {"anyOf": [done["content"]["application/json"]["schema"], preview]}
    return {
        "description": "Done; with `dry_run`, what would change.",
        "content": {"application/json": {"schema": schema}},
    }


def _merge(own: dict[str, Any], channels: Mapping[str, Any]) -> dict[str, Any]:
    """Channels never have paths under /zato/, so paths cannot collide; a schema of ours keeps its name."""
    components = dict(own["components"])
    for section, entries in channels.get("components", {}).items():
        components[section] = {**entries, **components.get(section, {})}
    return {**own, "paths": {**channels.get("paths", {}), **own["paths"]}, "components": components}
