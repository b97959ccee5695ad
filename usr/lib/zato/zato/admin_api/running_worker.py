"""The admin API's view of the worker that it runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zato.config.item import Item
from zato.config.secrets import SecretBox
from zato.connector.connection import PingResult
from zato.core.errors import NotFound, ZatoError
from zato.core.message import Message
from zato.core.origin import Asker
from zato.core.principal import Principal
from zato.core.suggestions import did_you_mean
from zato.openapi import document
from zato.service.request import HTTPRequest, Request
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.served_revision import ServedRevision
from zato.serving.snapshot import Snapshot
from zato.serving.switch import Switch

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Invoked:
    """What a service answered."""

    status: int
    content_type: str
    body: bytes


class RunningWorker:
    """On top of the snapshot that the worker serves from."""

    def __init__(
        self,
        switch: Switch[ServedRevision],
        asynchronous: AsyncInvocations,
        secrets: SecretBox,
        problem: Callable[[], ZatoError | None] = lambda: None,
    ) -> None:
        """`problem` says why the ODB does not take this worker's heart-beat."""
        self._switch = switch
        self._asynchronous = asynchronous
        self._secrets = secrets
        self._problem = problem

    @property
    def problem(self) -> ZatoError | None:
        """Why the ODB does not take this worker's heart-beat; None while it does."""
        return self._problem()

    def current(self) -> Snapshot:
        """The snapshot for a request that starts now."""
        return self._switch.current().snapshot

    def invoke(
        self,
        service: str,
        body: bytes,
        *,
        http: HTTPRequest | None,
        principal: Principal,
        cid: str,
        environ: Mapping[str, Any],
    ) -> Invoked:
        """What the service answers, within its time limit, just as through a channel. Raises NotFound, ZatoError."""
        served = self._switch.current()
        services = served.snapshot.codes.services
        if service not in services:
            raise no_such_service(service, services)
        request = Request(body, cid=cid, http=http, principal=principal)
        response, data = served.dispatcher.invoke_from_channel(service, request, environ.get("zato.request"), None)
        return Invoked(response.status_code, response.content_type or _JSON, data)

    def invoke_async(self, service: str, payload: Any, *, principal: Principal, cid: str) -> Message:
        """A message that is safe, just as where a service sends one. Raises NotFound, Unavailable, TooLarge."""
        self._switch.current().dispatcher.require_active(service)
        return self._asynchronous.send(service, payload, cid, principal, Asker.INVOCATION)

    def ping(self, kind: str, name: str, cid: str) -> PingResult:
        """Try the connection from this worker. Raises NotFound."""
        return self.current().outgoing.of(kind)[name].ping(cid)

    def try_out(self, item: Item, cid: str) -> PingResult:
        """Try a connection that is not in the configuration. Raises InvalidInput where it cannot be made."""
        connection = self.current().outgoing.unsaved(item, self._secrets)
        try:
            return connection.ping(cid)
        finally:
            connection.retire()

    def channels_document(self, version: str) -> Mapping[str, Any]:
        """The OpenAPI document of the channels that there are now."""
        snapshot = self.current()
        return document(snapshot.configuration, snapshot.codes.services, title="Zato", version=version)


def no_such_service(name: str, services: Iterable[str]) -> NotFound:
    """The error for a service that is not there, with the one that may have been meant."""
    hint = did_you_mean(name, services, "zato service list shows what is deployed")
    return NotFound(f"There is no service {name[:120]!r}{hint}", code="no-such-service")
