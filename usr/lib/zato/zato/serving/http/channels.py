"""A channel: where an HTTP request becomes a service's request, and the service's response an HTTP response."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from zato.core.errors import InvalidInput, TooLarge, ZatoError
from zato.core.json import memory_of
from zato.core.principal import ANONYMOUS, Principal
from zato.security.basic import forget_password
from zato.service.request import HTTPRequest, Request
from zato.serving.http.request import EnvironHeaders, answered, needs_memory, path_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zato.connector.http_channel import HttpChannelPart
    from zato.metrics import RouteMetrics
    from zato.serving.dispatcher import Dispatcher
    from zato.serving.http.answer import HttpAnswer
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

    def respond(
        self, dispatcher: Dispatcher, environ: dict[str, Any], cid: str, params: Mapping[str, str], answer: HttpAnswer
    ) -> None:
        """Authenticate, read, invoke, answer. `params` are the values of the path's parameters. Raises ZatoError."""
        started = time.perf_counter()
        status = 500
        if self.cors is not None:
            self.cors.mark(environ, answer)
        try:
            status = self._respond(dispatcher, environ, cid, params, answer)
        except ZatoError as error:
            status = error.status
            shown = error.outside()
            if shown is error:
                raise
            raise shown from error
        finally:
            self._metrics.observe(answered(environ, status), time.perf_counter() - started)

    def preflight(
        self, _dispatcher: Dispatcher, environ: dict[str, Any], cid: str, _params: Mapping[str, str], answer: HttpAnswer
    ) -> None:
        """What a browser asks before it lets another site's page call this channel; nobody is asked who it is."""
        assert self.cors is not None
        started = time.perf_counter()
        status = 204
        answer.set_header("X-Zato-CID", cid)
        try:
            self.cors.preflight(environ, answer)
        except ZatoError as error:
            status = error.status
            raise
        finally:
            self._metrics.observe(status, time.perf_counter() - started)

    def _respond(
        self, dispatcher: Dispatcher, environ: dict[str, Any], cid: str, params: Mapping[str, str], answer: HttpAnswer
    ) -> int:
        snapshot = dispatcher.snapshot
        principal = ANONYMOUS
        if self._security:
            principal = snapshot.security.check(self._security, environ)
            forget_password(environ)
        with self._admission.admit(principal, snapshot.principals, environ.get("zato.request"), self._limit):
            return self._invoke(dispatcher, self._request(environ, cid, params, principal), environ, answer)

    def _request(self, environ: dict[str, Any], cid: str, params: Mapping[str, str], principal: Principal) -> Request:
        body = self._body(environ)
        if self._part.is_json and len(body) > _SMALL_BYTES:
            needs_memory(environ, memory_of(body))
        http = HTTPRequest(
            environ["REQUEST_METHOD"],
            path_in(environ),
            params=params,
            query_string=environ["QUERY_STRING"],
            headers=EnvironHeaders(environ),
            body=body,
        )
        return Request(body, cid=cid, http=http, principal=principal, is_json=self._part.is_json)

    def _invoke(self, dispatcher: Dispatcher, request: Request, environ: dict[str, Any], answer: HttpAnswer) -> int:
        response, answer.data = dispatcher.invoke_from_channel(
            self.service, request, environ.get("zato.request"), self._content_type
        )
        answer.status = status = response.status_code
        if response.content_type is not None:
            answer.set_header("Content-Type", response.content_type)
        if response.has_headers:
            _set_headers(answer, response.fields)
        answer.set_header("X-Zato-CID", request.cid)
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


def _set_headers(answer: HttpAnswer, fields: list[tuple[str, str]]) -> None:
    """What comes first replaces what the server would send, what comes again is added."""
    seen = {"set-cookie", "vary"}
    for name, value in fields:
        lowered = name.lower()
        if lowered in seen:
            answer.append_header(name, value)
        else:
            answer.set_header(name, value)
        seen.add(lowered)
