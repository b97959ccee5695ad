"""What a service answered in a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zato.core.cookies import received_cookies
from zato.core.headers import Headers
from zato.core.json import decode


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """`body` is what a caller over HTTP gets, `payload` what another service gets."""

    status_code: int
    content_type: str | None
    headers: Headers
    """In any case; `headers.get_all(name)` has several values of one."""
    body: bytes
    payload: Any

    @property
    def data(self) -> Any:
        """The body's JSON. Raises InvalidInput where it is not JSON."""
        return decode(self.body)

    @property
    def cookies(self) -> Mapping[str, str]:
        """Those that the service has set, by name."""
        return received_cookies(self.headers.get_all("set-cookie"))

    @property
    def text(self) -> str:
        return self.body.decode()
