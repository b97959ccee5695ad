"""Where messages reach their services: a path of the internal door, for the listener alone."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import falcon

from zato.core.errors import InvalidInput, NotFound, Unavailable, ZatoError
from zato.core.json import decode
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.principal import Authentication, Principal
from zato.metrics import Metrics
from zato.security.authentication import INTERNAL_DOOR, SecurityIndex
from zato.service.request import MessageDelivery, Request
from zato.serving.http.reading import read_body
from zato.serving.http.request import ZatoRequest, answered
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch

PATH = "/zato/internal/invocations"
_LISTENER = "listener"
_CHANNEL = "(async)"
_ID = re.compile(r"[0-9a-f]{32}")
_ATTEMPT = re.compile(r"[1-9][0-9]{0,8}")


class InternalInvocations:
    """204 where the service has processed the message, otherwise the error that tells why it has not."""

    def __init__(self, switch: Switch[ServedRevision], metrics: Metrics, staleness: Staleness) -> None:
        self._switch = switch
        self._metrics = metrics
        self._staleness = staleness

    def on_post(self, req: ZatoRequest, resp: falcon.Response) -> None:
        environ = req.env
        served = self._staleness.current(self._switch)
        snapshot = served.snapshot
        if not _is_listener(environ, snapshot.security):
            raise NotFound(f"There is nothing at {PATH}.", code="no-such-path")
        if not snapshot.known:
            raise Unavailable("This server does not know its configuration yet.", code="no-configuration")
        delivery = _delivery(environ)
        service = unquote(environ.get("HTTP_X_ZATO_SERVICE", ""))
        entry = snapshot.codes.services.get(service)
        if entry is None:
            raise NotFound(f"There is no service {service[:120]!r} here any more.", code="no-such-service")
        body = read_body(environ, MESSAGE_BYTES_MAX)
        sender = Principal(unquote(environ.get("HTTP_X_ZATO_SENDER", "")), Authentication.INTERNAL)
        payload = decode(body) if body else None
        request = Request(payload, cid=req.cid, principal=sender, delivery=delivery)
        started, status = time.perf_counter(), 500
        try:
            served.dispatcher.invoke_from_message(service, entry, request, environ.get("zato.request"))
            status = 204
        except ZatoError as error:
            status = error.status
            raise
        finally:
            seconds = time.perf_counter() - started
            self._metrics.route(_CHANNEL, service).observe(answered(environ, status), seconds)
        resp.status = 204
        resp.set_header("X-Zato-CID", req.cid)


def _is_listener(environ: Mapping[str, Any], security: SecurityIndex) -> bool:
    """The headers below are believed on the internal door, and from nobody else."""
    if environ.get(INTERNAL_DOOR) is not True:
        return False
    return any(principal.name == _LISTENER for principal in security.authenticate(environ))


def _delivery(environ: Mapping[str, Any]) -> MessageDelivery:
    number, attempt = environ.get("HTTP_X_ZATO_MESSAGE_ID", ""), environ.get("HTTP_X_ZATO_ATTEMPT", "")
    redelivered = environ.get("HTTP_X_ZATO_REDELIVERED", "")
    if not _ID.fullmatch(number) or not _ATTEMPT.fullmatch(attempt) or redelivered not in {"true", "false"}:
        raise InvalidInput("The headers of the message are not what the listener sends.", code="invalid-message")
    return MessageDelivery(number, redelivered == "true", int(attempt))
