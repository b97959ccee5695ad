"""Base class for typed messages written as dataclasses."""

from __future__ import annotations

from typing import Any, Self

import msgspec

from zato.server.service.values import encode, simplify


class Model:
    """A message type: annotated attributes, with or without @dataclass(init=False). Used as `input` or `output`.

    Without the decorator, use it as such (`response = Answer(); response.name = ...`) once a service declares it.
    """

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Raises msgspec.ValidationError, a ValueError, where `data` does not fit."""
        return msgspec.convert(data, cls)

    def to_dict(self) -> dict[str, Any]:
        converted: dict[str, Any] = msgspec.to_builtins(self, enc_hook=simplify)
        return converted

    def to_json(self) -> str:
        return encode(self).decode()
