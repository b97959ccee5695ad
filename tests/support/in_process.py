"""A client's transport to an application that is in the same process."""

from __future__ import annotations

from typing import Any

from zato.host.unix_http import Reply


class InProcess:
    """Hands requests over without a network, as the internal door would."""

    def __init__(self, world: Any) -> None:
        self._world = world

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        result = self._world.call(
            method,
            target.removeprefix("/zato/api"),
            raw=body,
            user=None,
            headers=headers,
            environ={"zato.internal": True},
        )
        return Reply(result.status_code, result.headers.get("content-type", ""), result.content)
