"""What is sent as the body of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


def encoded(data: Any) -> tuple[bytes | None, str | None]:
    """The body and its content type: str and bytes as they are, None for none, everything else as JSON.

    Raises TypeError where there is no JSON for it.
    """
    if data is None:
        return None, None
    if isinstance(data, str):
        return data.encode(), "text/plain; charset=utf-8"
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), "application/octet-stream"
    return _json.encode(data), "application/json"


def _simplified(value: Any) -> Any:
    # Records of services and rows of databases
    to_dict = getattr(value, "to_dict", None)
    if callable(to_dict):
        return to_dict()
    mapping = value if isinstance(value, Mapping) else getattr(value, "_mapping", None)
    if isinstance(mapping, Mapping):
        return dict(mapping)
    raise TypeError(f"a value of type {type(value).__name__} cannot be written as JSON")


_json = msgspec.json.Encoder(enc_hook=_simplified, decimal_format="string")
