"""Where messages, jobs and deliveries reach their services: a path of the internal door, for Zato's own processes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import falcon

from zato.core.errors import Forbidden, NotFound, Unavailable, ZatoError
from zato.core.json import decode
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.origin import Asker, Origin
from zato.core.own_principals import Component
from zato.core.principal import Authentication, Principal
from zato.internal.invocation import PATH, origin_of
from zato.metrics import Metrics
from zato.security.authentication import INTERNAL_DOOR, SecurityIndex
from zato.service.request import MessageDelivery, Request
from zato.serving.http.request import ZatoRequest, answered
from zato.serving.http.request_parts import read_body
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch


@dataclass(frozen=True, slots=True)
class _Asking:
    """Which part of Zato may ask, and as what its invocations are counted."""

    component: Component
    channel: str


_ASKING = {
    Asker.MESSAGE: _Asking(Component.LISTENER, "(async)"),
    Asker.JOB: _Asking(Component.SINGLETON, "(job)"),
    Asker.DELIVERY: _Asking(Component.SINGLETON, "(delivery)"),
}


class InternalInvocations:
    """204 where the service has done what it was asked for, otherwise the error that tells why it has not."""

    def __init__(self, switch: Switch[ServedRevision], metrics: Metrics, staleness: Staleness) -> None:
        self._switch = switch
        self._metrics = metrics
        self._staleness = staleness

    def on_post(self, req: ZatoRequest, resp: falcon.Response) -> None:
        environ = req.env
        served = self._staleness.current(self._switch)
        snapshot = served.snapshot
        component = _component(environ, snapshot.security)
        if component is None:
            raise NotFound(f"There is nothing at {PATH}.", code="no-such-path")
        if not snapshot.known:
            raise Unavailable("This server does not know its configuration yet.", code="no-configuration")
        origin = origin_of(environ)
        asking = _ASKING.get(origin.asker)
        if asking is None or asking.component != component:
            raise Forbidden(
                f"What is a {origin.asker.value} is not {component}'s to have invoked.", code="not-its-origin"
            )
        service = unquote(environ.get("HTTP_X_ZATO_SERVICE", ""))
        entry = snapshot.codes.services.get(service)
        if entry is None:
            raise NotFound(f"There is no service {service[:120]!r} here any more.", code="no-such-service")
        body = read_body(environ, MESSAGE_BYTES_MAX)
        sender = Principal(unquote(environ.get("HTTP_X_ZATO_SENDER", "")), Authentication.INTERNAL)
        payload = decode(body) if body else None
        request = Request(payload, cid=req.cid, principal=sender, delivery=_delivery(origin))
        started, status = time.perf_counter(), 500
        try:
            served.dispatcher.invoke_from_message(service, entry, request, environ.get("zato.request"))
            status = 204
        except ZatoError as error:
            status = error.status
            raise
        finally:
            seconds = time.perf_counter() - started
            self._metrics.route(asking.channel, service).observe(answered(environ, status), seconds)
        resp.status = 204
        resp.set_header("X-Zato-CID", req.cid)


def _component(environ: Mapping[str, Any], security: SecurityIndex) -> str | None:
    """Who asks, where that is one who may: believed on the internal door, and from nobody else."""
    if environ.get(INTERNAL_DOOR) is not True:
        return None
    asking = {each.component for each in _ASKING.values()}
    return next((each.name for each in security.authenticate(environ) if each.name in asking), None)


def _delivery(origin: Origin) -> MessageDelivery | None:
    """What a service that was invoked asynchronously knows of it."""
    if origin.asker is not Asker.MESSAGE:
        return None
    return MessageDelivery(origin.id, origin.redelivered, origin.attempt)
