"""Outgoing REST connections in tests: canned responses, recorded requests."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zato.config.kinds import OutgoingRest
from zato.connector.rest.body import encoded
from zato.connector.rest.outgoing import Response, RestConnection
from zato.core.errors import OutgoingFailed
from zato.core.headers import Values


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What a service sent, before the address is put together."""

    method: str
    cid: str
    data: Any
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeRest(RestConnection):
    """Answers as `respond` says, first come, first served; the last one is repeated until there is another."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name, OutgoingRest(address="https://test.invalid"), password=None, secret=None, client_key=None
        )
        self.requests: list[SentRequest] = []
        self._responses: dict[str | None, deque[Response | Exception]] = defaultdict(deque)
        self._last: dict[str | None, Response | Exception] = {}

    def respond(
        self,
        data: Any = None,
        *,
        status_code: int = 200,
        headers: Mapping[str, Values] | None = None,
        method: str | None = None,
    ) -> None:
        """Adds a response to the given method, or to all that have none of their own.

        `data` is sent as JSON, unless it is text or bytes. A header with a list of values is there several times.
        """
        response = Response(status_code, headers or {}, encoded(data)[0] or b"")
        self._responses[method].append(response)

    def fail(self, error: Exception | None = None, *, method: str | None = None) -> None:
        """Adds a failure: by default, the other system cannot be reached."""
        default = OutgoingFailed(f"The outgoing REST connection {self.name!r} cannot connect.", stage="connect")
        self._responses[method].append(error or default)

    def request(
        self,
        method: str,
        cid: str,
        data: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
    ) -> Response:
        """Raises AssertionError where the test has prepared no response."""
        self.requests.append(SentRequest(method, cid, data, dict(params or {}), dict(headers or {})))
        whose = method if method in self._responses else None
        if self._responses[whose]:
            self._last[whose] = self._responses[whose].popleft()
        if whose not in self._last:
            raise AssertionError(
                f"The service sent {method} to {self.name!r} and the test has no response for it; "
                f"use client.rest[{self.name!r}].respond(...)."
            )
        response = self._last[whose]
        if isinstance(response, Exception):
            raise response
        return response
