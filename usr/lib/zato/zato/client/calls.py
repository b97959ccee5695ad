"""One call of the admin API: sent, and what was answered decoded, or raised as the error that it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from zato.client.errors import rebuilt
from zato.client.transport import Transport
from zato.core.errors import Unavailable
from zato.host.unix_http import Reply

Json = dict[str, Any]

SECONDS = 30.0
# A deployment is checked, staged and activated before it is answered, a service may take its whole time limit.
LONG_SECONDS = 300.0
API = "/zato/api"


class Calls:
    """What the calls of each subject are made with. Threads may share it."""

    def __init__(self, transport: Transport, *, principal: str | None = None, authorization: str | None = None) -> None:
        self._transport = transport
        self._headers: dict[str, str] = {}
        if principal is not None:
            self._headers["X-Zato-Principal"] = principal
        if authorization is not None:
            self._headers["Authorization"] = authorization

    def _json(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        timeout_seconds: float = SECONDS,
    ) -> Json:
        data = None if body is None else json.dumps(body).encode("utf-8")
        content_type = "" if data is None else "application/json"
        reply = self._send(method, with_query(target, query or {}), data, content_type, timeout_seconds=timeout_seconds)
        return decoded(reply)

    def _send(
        self,
        method: str,
        target: str,
        body: bytes | None,
        content_type: str,
        *,
        timeout_seconds: float = SECONDS,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        headers = {"Accept": "*/*", **self._headers, **(headers or {})}
        if content_type:
            headers["Content-Type"] = content_type
        reply = self._transport.request(method, target, body, headers, timeout_seconds=timeout_seconds)
        if reply.status >= 400:
            raise rebuilt(reply)
        return reply


def traced(cid: str) -> dict[str, str]:
    """The header by which a request has this correlation id (W3C Trace Context)."""
    return {"traceparent": f"00-{cid}-{cid[:15]}1-01"}


def rehearsed(dry_run: bool) -> Json:
    """The query of a change, which with `dry_run` only tells what it would do."""
    return {"dry_run": "true"} if dry_run else {}


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """The path with a query of the parameters that are not None."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def decoded(reply: Reply) -> Json:
    """The JSON object of an answer. Raises Unavailable for what no cluster answers."""
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise not_understood() from error
    if not isinstance(value, dict):
        raise not_understood()
    return value


def not_understood() -> Unavailable:
    """What answers is something else, or a cluster of quite another release."""
    return Unavailable("What answers there is not what a cluster of Zato answers.", code="not-understood")
