"""A pooled HTTP connection to one other system."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zato.config.kinds import OutgoingRest
from zato.connector.connection import PingResult
from zato.connector.outcome import Observe, Observed, Stage, outcome_of, unobserved
from zato.connector.rest.address import Address
from zato.connector.rest.body import encoded
from zato.connector.rest.headers import composed, credentials
from zato.connector.rest.response import Response
from zato.core.errors import OutgoingFailed

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool

    from zato.connector.rest.exchange import Answer, Request
    from zato.connector.rest.failure import Failure

__all__ = ["RESPONSE_BYTES_MAX", "Response", "RestConnection"]

RESPONSE_BYTES_MAX = 50 * 1024 * 1024
_REDIRECTS_MAX = 5
_REDIRECTED = frozenset({301, 302, 303, 307, 308})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class RestConnection:
    """Calls one address. Connects when it is first used; may be used by many threads at once.

    `data` is sent as JSON, text and bytes as they are. `params` fill placeholders of the address, others make up the
    query. `timeout` is in seconds, for the whole call, its retries included; the connection's own where it is None.
    A response is returned whatever its status; OutgoingFailed says at which stage a call without one has failed.
    """

    def __init__(
        self,
        name: str,
        value: OutgoingRest,
        *,
        password: str | None = None,
        secret: str | None = None,
        client_key: str | None = None,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
        observe: Observe = unobserved,
    ) -> None:
        """`value` as it is stored; its secrets opened beside it. `observe` is told of each call of a service's."""
        self.name = name
        self._value = value
        self._address = Address.parse(value.address)
        self._credentials = credentials(value, password, secret)
        self._client_key = client_key
        self._response_bytes_max = response_bytes_max
        self._observe = observe
        self._lock = threading.Lock()
        self._pool: HTTPConnectionPool | None = None
        self._retired = False

    @property
    def conn(self) -> RestConnection:
        """Itself: services write self.out.rest['CRM'].conn.get(...)."""
        return self

    def get(self, cid: str, params: Mapping[str, Any] | None = None, data: Any = None, **more: Any) -> Response:
        return self.request("GET", cid, data, params, **more)

    def head(self, cid: str, params: Mapping[str, Any] | None = None, data: Any = None, **more: Any) -> Response:
        return self.request("HEAD", cid, data, params, **more)

    def options(self, cid: str, params: Mapping[str, Any] | None = None, data: Any = None, **more: Any) -> Response:
        return self.request("OPTIONS", cid, data, params, **more)

    def post(
        self, cid: str, data: Any = None, params: Mapping[str, Any] | None = None, *args: Any, **more: Any
    ) -> Response:
        return self.request("POST", cid, data, params, *args, **more)

    def put(
        self, cid: str, data: Any = None, params: Mapping[str, Any] | None = None, *args: Any, **more: Any
    ) -> Response:
        return self.request("PUT", cid, data, params, *args, **more)

    def patch(
        self, cid: str, data: Any = None, params: Mapping[str, Any] | None = None, *args: Any, **more: Any
    ) -> Response:
        return self.request("PATCH", cid, data, params, *args, **more)

    def delete(
        self, cid: str, data: Any = None, params: Mapping[str, Any] | None = None, *args: Any, **more: Any
    ) -> Response:
        return self.request("DELETE", cid, data, params, *args, **more)

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
        """Call with any method. Redirects are followed for GET, HEAD and OPTIONS, to the same scheme, host and port."""
        target = self._address.target(self.name, params)
        deadline = time.monotonic() + (timeout or self._value.timeout_seconds)
        call = Observed(self._observe, "rest", self.name)
        try:
            answer = self._call(self._current_pool(), self._request(method, target, cid, data, headers or {}), deadline)
            call.outcome = f"{answer.status // 100}xx"
        except OutgoingFailed as error:
            call.outcome = outcome_of(error)
            raise
        finally:
            call.end()
        return Response(answer.status, answer.headers, answer.content, source=str(self))

    def ping(self, cid: str) -> PingResult:
        """Ask for the ping path over a new connection, once. A status of 401, 403, or 500 and more is a failure."""
        from zato.connector.rest.ping import ping

        def call() -> tuple[Request, Answer]:
            deadline = time.monotonic() + self._value.timeout_seconds
            target = self._address.ping_target(self._value.ping_path)
            request = self._request(self._value.ping_method, target, cid, None, {})
            return request, self._call(self._new_pool(), request, deadline, retries=0)

        return ping(str(self), call)

    def retire(self) -> None:
        """Close idle connections now, each other one when its call ends; later calls keep none open."""
        with self._lock:
            self._retired = True
            self._pool = None  # the pool closes them when the last call lets go of it

    def __str__(self) -> str:
        return f"The outgoing REST connection {self.name!r} ({self._address})"

    def _request(self, method: str, target: str, cid: str, data: Any, headers: Mapping[str, str]) -> Request:
        from zato.connector.rest.exchange import Request

        try:
            body, content_type = encoded(data)
            return Request(method.upper(), target, composed(cid, content_type, headers, self._credentials), body)
        except (TypeError, ValueError) as error:  # UnicodeEncodeError, RecursionError's kin among them
            raise OutgoingFailed(
                f"{self} cannot send the request: {error}.", stage=Stage.REQUEST, code="outgoing-request"
            ) from error

    def _call(self, pool: HTTPConnectionPool, request: Request, deadline: float, retries: int | None = None) -> Answer:
        from zato.connector.rest.exchange import Request

        for _ in range(_REDIRECTS_MAX + 1):
            answer = self._attempts(pool, request, deadline, self._value.retries if retries is None else retries)
            if answer.status not in _REDIRECTED or request.method not in _SAFE:
                return answer
            location = next((value for name, value in answer.headers if name.lower() == "location"), None)
            target = None if location is None else self._address.redirected(request.target, location)
            if target is None:
                return answer
            request = Request(request.method, target, request.headers, request.body)
        raise OutgoingFailed(f"{self} redirected more than {_REDIRECTS_MAX} times.", stage=Stage.RESPONSE)

    def _attempts(self, pool: HTTPConnectionPool, request: Request, deadline: float, retries: int) -> Answer:
        from zato.connector.rest.exchange import ExchangeFailed, exchange
        from zato.connector.rest.retry import pause_before_retry

        attempts = 0
        while True:
            try:
                return exchange(pool, request, deadline=deadline, bytes_max=self._response_bytes_max)
            except ExchangeFailed as error:
                attempts += 1
                pause = pause_before_retry(
                    error.failure,
                    method=request.method,
                    attempts=attempts,
                    retries=retries,
                    seconds_left=deadline - time.monotonic(),
                )
                if pause is None:
                    raise self._failed(error.failure, attempts) from error
            time.sleep(pause)

    def _failed(self, failure: Failure, attempts: int) -> OutgoingFailed:
        tried = f", tried {attempts} times" if attempts > 1 else ""
        return OutgoingFailed(
            f"{self} failed at the stage '{failure.stage}'{tried}: {failure.reason}.",
            stage=failure.stage,
            retriable=not failure.lasting,
            code="outgoing-timeout" if failure.timed_out else None,
        )

    def _current_pool(self) -> HTTPConnectionPool:
        with self._lock:
            if self._pool is not None:
                return self._pool
            pool = self._new_pool()
            if not self._retired:
                self._pool = pool
            return pool

    def _new_pool(self) -> HTTPConnectionPool:
        from zato.connector.rest.pool import new_pool
        from zato.connector.tls import client_context

        context = None
        if self._address.scheme == "https":
            try:
                context = client_context(
                    self._value.ca_certificate,
                    self._value.client_certificate,
                    self._client_key,
                    strict=self._value.strict_certificates,
                )
            except (ssl.SSLError, ValueError) as error:
                raise OutgoingFailed(
                    f"{self} cannot use its certificates: {error}.", stage=Stage.TLS, code="outgoing-certificate"
                ) from error
        return new_pool(self._address, self._value.pool_size, context)
