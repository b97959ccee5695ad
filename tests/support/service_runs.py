"""Runs a service class as the dispatcher does, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zato.core.principal import ANONYMOUS, Principal
from zato.server.service import Service
from zato.service.context import Invoker, ServiceContext
from zato.service.execution import execute, returned
from zato.service.io import IOModel, io_of
from zato.service.request import HTTPRequest, Request


@dataclass(frozen=True)
class Entry:
    name: str
    implementation: type[Service]
    input: IOModel | None
    output: IOModel | None


def echo(declared: Any) -> type[Service]:
    """A service that answers with what it was sent."""

    class Echo(Service):
        input = declared
        output = declared

        def handle(self) -> None:
            self.response.payload = self.request.input

    return Echo


def entry_of(implementation: type[Service]) -> Entry:
    return Entry(implementation.get_name(), implementation, *io_of(implementation))


class Answer:
    """What a caller over HTTP sees."""

    def __init__(
        self, status: int, content_type: str | None, headers: Mapping[str, str | Sequence[str]], body: bytes
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.headers = dict(headers)
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Others:
    """An invoker over a few services, which remembers what was invoked."""

    def __init__(self, *services: type[Service]) -> None:
        self.entries = {entry.name: entry for entry in map(entry_of, services)}
        self.calls: list[tuple[str, Any, str, Principal, float | None]] = []

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None) -> Any:
        self.calls.append((name, payload, cid, principal, timeout))
        request = Request(payload, cid=cid, principal=principal)
        return returned(execute(self.entries[name], context(self), cid, request))

    def invoke_async(self, name: str, payload: Any, cid: str, principal: Principal, *, sender: str) -> None:
        raise NotImplementedError


def context(
    invoker: Invoker | None = None, *, outgoing: Any = None, user_config: dict[str, Any] | None = None
) -> ServiceContext:
    return ServiceContext(outgoing, user_config or {}, invoker or Others())


def call(
    implementation: type[Service],
    body: bytes | Any = b"",
    *,
    method: str = "POST",
    path: str = "/",
    params: dict[str, str] | None = None,
    query: str = "",
    headers: dict[str, str] | None = None,
    plain: bool = False,
    text_type: str | None = None,
    principal: Principal = ANONYMOUS,
    using: ServiceContext | None = None,
) -> Answer:
    """One request through a channel. A body that is not bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    http = HTTPRequest(method, path, params=params or {}, query_string=query, headers=headers or {}, body=raw)
    request = Request(raw, cid="c1", http=http, principal=principal, is_json=not plain)
    response = execute(entry_of(implementation), using or context(), "c1", request)
    data = response.encoded(text_type)
    return Answer(response.status_code, response.content_type, response.headers, data)
