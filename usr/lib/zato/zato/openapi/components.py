"""The parts of a document that operations refer to."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from zato.config.configuration import Configuration
from zato.config.kinds import letting_in
from zato.service.io import IOModel

Schema = dict[str, Any]
ERROR = "zato.Error"
_REF = "#/components/schemas/"
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]")


class _ErrorDetail(msgspec.Struct):
    code: str
    message: str
    cid: str
    details: list[str] = []  # absent where HAProxy or lighttpd refuses a request


class Components:
    """Collects schemas and security schemes as operations use them."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._schemas: dict[str, Schema] = {}
        self._schemes: dict[str, Schema] = {}

    def schema(self, module: str, schema: Schema) -> Schema:
        """A schema of a service in `module`, with references to where `add` puts what they refer to."""
        moved: Schema = _moved(schema, module)
        return moved

    def add(self, module: str, model: IOModel) -> None:
        """The named types of a model; those of different modules may have the same name."""
        for name, schema in model.components().items():
            self._schemas[_name(module, name)] = _moved(schema, module)

    def error(self) -> Schema:
        """A reference to the body of every error."""
        if ERROR not in self._schemas:
            detail = msgspec.json.schema(_ErrorDetail)["$defs"]["_ErrorDetail"] | {"title": "Error"}
            self._schemas[ERROR] = {
                "title": "Error",
                "type": "object",
                "properties": {"error": detail},
                "required": ["error"],
            }
        return {"$ref": _REF + ERROR}

    def security(self, names: tuple[str, ...]) -> list[dict[str, list[str]]]:
        """The requirement that any one of the named security definitions is met."""
        requirements: list[dict[str, list[str]]] = []
        for name in names:
            for kind in letting_in():
                value = self._configuration.value(kind, name)
                if value is not None and kind.scheme is not None:
                    key = _name("security", name)
                    self._schemes[key] = {**kind.scheme(value), "description": f"The security definition {name}."}
                    requirements.append({key: []})
        return requirements

    def as_dict(self) -> dict[str, Any]:
        parts = {"schemas": self._schemas, "securitySchemes": self._schemes}
        return {part: dict(sorted(entries.items())) for part, entries in parts.items() if entries}


def _name(prefix: str, name: str) -> str:
    """A name that a component may have: escaped rather than shortened, so that different names stay different."""
    return _NOT_IN_NAME.sub(lambda found: f"_{ord(found[0]):x}_", f"{prefix}.{name}")


def _moved(value: Any, module: str) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, module) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_moved(one, module) for one in value]
    if isinstance(value, str) and value.startswith(_REF):
        return _REF + _name(module, value.removeprefix(_REF))
    return value
