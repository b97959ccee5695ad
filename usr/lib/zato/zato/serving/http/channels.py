"""A channel: where an HTTP request becomes a service's request, and the service's response an HTTP response."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from zato.core.errors import InvalidInput, TooLarge, ZatoError
from zato.core.json import memory_of
from zato.core.principal import ANONYMOUS, Principal
from zato.security.basic import forget_password
from zato.service.request import HTTPRequest, Request
from zato.serving.http.request import EnvironHeaders, ZatoRequest, answered, needs_memory

if TYPE_CHECKING:
    import falcon

    from zato.connector.http_channel import HttpChannelPart
    from zato.metrics import RouteMetrics
    from zato.serving.dispatcher import Dispatcher
    from zato.serving.http.cors import Cors
    from zato.serving.limits.admission import Admission
    from zato.serving.limits.limit import Limit

# Below it a body is not worth counting, however many there are
_SMALL_BYTES = 4096


class Channel:
    """One active channel, the same in each revision that has its item as it is.

    What a request is served from otherwise is of the revision that it began with, whose dispatcher comes along.
    """

    __slots__ = (
        "_admission",
        "_content_type",
        "_limit",
        "_max_body_bytes",
        "_metrics",
        "_part",
        "_security",
        "cors",
        "name",
        "path",
        "service",
    )

    def __init__(
        self,
        *,
        name: str,
        path: str,
        cors: Cors | None,
        service: str,
        security: tuple[str, ...],
        part: HttpChannelPart,
        content_type: str | None,
        metrics: RouteMetrics,
        max_body_bytes: int,
        admission: Admission,
        limit: Limit | None,
    ) -> None:
        self.name = name
        self.path = path
        self.cors = cors
        self.service = service
        self._part = part
        self._security = security
        self._content_type = content_type
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._admission = admission
        self._limit = limit

    def respond(self, dispatcher: Dispatcher, req: ZatoRequest, resp: falcon.Response, /, **params: str) -> None:
        """Authenticate, read, invoke, answer. Parameters of the path may have any name, `req` among them."""
        started = time.perf_counter()
        status = 500
        if self.cors is not None:
            self.cors.mark(req.env, resp)
        try:
            status = self._respond(dispatcher, req, resp, params)
        except ZatoError as error:
            status = error.status
            shown = error.outside()
            if shown is error:
                raise
            raise shown from error
        finally:
            self._metrics.observe(answered(req.env, status), time.perf_counter() - started)

    def preflight(self, req: ZatoRequest, resp: falcon.Response, /, **params: str) -> None:
        """What a browser asks before it lets another site's page call this channel; nobody is asked who it is."""
        assert self.cors is not None
        started = time.perf_counter()
        status = 204
        resp.set_header("X-Zato-CID", req.cid)
        try:
            self.cors.preflight(req.env, resp)
        except ZatoError as error:
            status = error.status
            raise
        finally:
            self._metrics.observe(status, time.perf_counter() - started)

    def _respond(self, dispatcher: Dispatcher, req: ZatoRequest, resp: falcon.Response, params: dict[str, str]) -> int:
        environ = req.env
        snapshot = dispatcher.snapshot
        principal = ANONYMOUS
        if self._security:
            principal = snapshot.security.check(self._security, environ)
            forget_password(environ)
        with self._admission.admit(principal, snapshot.principals, environ.get("zato.request"), self._limit):
            return self._invoke(dispatcher, req, resp, params, principal)

    def _invoke(
        self,
        dispatcher: Dispatcher,
        req: ZatoRequest,
        resp: falcon.Response,
        params: dict[str, str],
        principal: Principal,
    ) -> int:
        environ = req.env
        body = self._body(environ)
        if self._part.is_json and len(body) > _SMALL_BYTES:
            needs_memory(environ, memory_of(body))
        http = HTTPRequest(
            req.method,
            req.path,
            params=params,
            query_string=environ["QUERY_STRING"],
            headers=EnvironHeaders(environ),
            body=body,
        )
        request = Request(body, cid=req.cid, http=http, principal=principal, is_json=self._part.is_json)
        response, data = dispatcher.invoke_from_channel(
            self.service, request, environ.get("zato.request"), self._content_type
        )
        resp.data = data
        resp.content_type = response.content_type
        status: int = response.status_code
        if status != 200:
            resp.status = status
        if response.has_headers:
            _set_headers(resp, response.fields)
        resp.set_header("X-Zato-CID", req.cid)
        return status

    def _body(self, environ: dict[str, Any]) -> bytes:
        """The whole body. gunicorn ends `wsgi.input` where the message ends, whatever its framing."""
        limit = self._max_body_bytes
        length = environ.get("CONTENT_LENGTH")
        if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
            return b""
        expected = limit if length is None else int(length)
        if expected > limit:
            raise self._too_large()
        if expected > _SMALL_BYTES:
            needs_memory(environ, expected * self._part.memory_factor)
        data: bytes = environ["wsgi.input"].read(limit + 1)
        if len(data) > limit:
            raise self._too_large()
        if length is not None and len(data) < int(length):
            raise InvalidInput("The message ended before its Content-Length was reached.", code="incomplete-message")
        return data

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The message is larger than {self._max_body_bytes} bytes, which is the most that this channel takes; "
            f"max_body_bytes of the channel, or {self._part.limit_setting} of the server, says how many."
        )


def _set_headers(resp: falcon.Response, fields: list[tuple[str, str]]) -> None:
    """What comes first replaces what the server would send, what comes again is added."""
    seen = {"set-cookie", "vary"}
    for name, value in fields:
        lowered = name.lower()
        if lowered in seen:
            resp.append_header(name, value)
        else:
            resp.set_header(name, value)
        seen.add(lowered)
