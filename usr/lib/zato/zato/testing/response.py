"""What a service answered in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zato.core.json import decode


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """`body` is what a caller over HTTP gets, `payload` what another service gets."""

    status_code: int
    content_type: str | None
    headers: Mapping[str, str]
    body: bytes
    payload: Any

    @property
    def data(self) -> Any:
        """The body's JSON. Raises InvalidInput where it is not JSON."""
        return decode(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()
