"""Runs services the way a server does."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from uuid import uuid4

from zato.connector.fakes import Fakes
from zato.connector.registry import Outgoing, outgoing_parts
from zato.connector.rest.fake import FakeRest
from zato.connector.sql.fake import Database
from zato.connector.sql.outgoing import SqlConnection
from zato.core.correlation import new_cid
from zato.core.headers import Headers
from zato.core.principal import ANONYMOUS, Principal
from zato.service.base import Service
from zato.service.context import ServiceContext
from zato.service.execution import execute
from zato.service.request import HTTPRequest, MessageDelivery, Request
from zato.service.values import encode
from zato.testing.invoker import InvokedService, SentMessage, TestInvoker, entry_of
from zato.testing.response import ServiceResponse


class ServiceTestClient:
    """One set of surroundings for services: other services, connections to other systems, settings.

    Connections come into being when they are first asked for, by the test or by the service: `client.rest['CRM']`,
    `client.sql['Stock']`; `client.out` has those of all protocols, as services do. Errors that the service raises are
    raised by `invoke`, for pytest.raises. As a context manager the client closes its connections to databases.
    """

    def __init__(
        self,
        *,
        services: tuple[type[Service], ...] = (),
        user_config: Mapping[str, Any] | None = None,
        principal: Principal = ANONYMOUS,
        sql: Mapping[str, Database] | None = None,
    ) -> None:
        """`services` can be reached with self.invoke; `principal` is who invokes.

        `sql` has databases by the names of connections: the URL of each, or the fields of an outgoing SQL connection.
        They are opened as a server opens them. Raises InvalidInput for one that a server would refuse.
        """
        given: dict[str, Mapping[str, Any]] = {"sql": sql or {}}
        self._fakes = {
            connector.name: part.fakes(given.get(connector.name, {})) for connector, part in outgoing_parts()
        }
        self.out = Outgoing(self._fakes)
        self._principal = principal
        self._invoker = TestInvoker(services)
        self._context = ServiceContext(self.out, user_config or {}, self._invoker)
        self._invoker.context = self._context

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections to databases, so that their tables can be dropped."""
        for fakes in self._fakes.values():
            fakes.close()

    @property
    def rest(self) -> Fakes[FakeRest]:
        """What stands for self.out.rest."""
        return self._fakes["rest"]

    @property
    def sql(self) -> Fakes[SqlConnection]:
        """What services have as self.out.sql."""
        return self._fakes["sql"]

    @property
    def invoked(self) -> list[InvokedService]:
        """What services have invoked with self.invoke, in order."""
        return self._invoker.invoked

    @property
    def sent(self) -> list[SentMessage]:
        """What services have sent with self.invoke_async, in order. It is not run; `run` and `deliver` do that."""
        return self._invoker.sent

    def answer(self, name: str, payload: Any = None) -> None:
        """What self.invoke(name) returns from now on: `payload`, or what that returns where it is a function.

        A function gets the payload of the call. An exception is raised.
        """
        self._invoker.answers[name] = payload

    def invoke(
        self,
        service: type[Service],
        payload: Any = None,
        *,
        method: str = "POST",
        path: str = "/",
        path_params: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        plain: bool = False,
        cid: str | None = None,
    ) -> ServiceResponse:
        """The response to one request over HTTP.

        `payload` is sent as JSON, unless it is text or bytes. `plain` is for a plain HTTP channel, as opposed to REST.
        Raises what the service raises, InvalidInput and InvalidOutput.
        """
        body = _body(payload)
        http = HTTPRequest(
            method,
            path,
            params=dict(path_params or {}),
            query_string=urlencode(query or {}, doseq=True),
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=body,
        )
        cid = cid or new_cid()
        request = Request(body, cid=cid, http=http, principal=self._principal, is_json=not plain)
        response = execute(entry_of(service), self._context, cid, request)
        data = response.encoded("text/plain; charset=utf-8" if plain else None)
        return ServiceResponse(
            response.status_code, response.content_type, Headers(response.fields), data, response.payload
        )

    def run(self, service: type[Service], payload: Any = None, **fields: Any) -> Any:
        """What another service would get from self.invoke(service, payload, **fields)."""
        return self._invoker.run(service, {**(payload or {}), **fields} if fields else payload, self._principal)

    def deliver(
        self,
        service: type[Service],
        payload: Any = None,
        *,
        message_id: str | None = None,
        redelivered: bool = False,
        attempt: int = 1,
    ) -> None:
        """Runs a service as a message that was sent with self.invoke_async does; raises what the service raises."""
        delivery = MessageDelivery(message_id or uuid4().hex, redelivered, attempt)
        self._invoker.run(service, payload, self._principal, delivery)


def _body(payload: Any) -> bytes:
    if payload is None:
        return b""
    if isinstance(payload, bytes):
        return payload
    return payload.encode() if isinstance(payload, str) else encode(payload)
