"""A cluster that is away, or frozen, takes no more of the console than its own share."""

from __future__ import annotations

import threading

from zato.client.transport import Transport
from zato.core.errors import TimeLimitExceeded, Unavailable, ZatoError
from zato.host.unix_http import Reply

SHARE = 12
"""Requests to one cluster at a time; the console has 32 threads for all of them."""
_READ_SECONDS_MAX = 10.0
_USUAL_SECONDS = 30.0
# One may have asked for what takes long; several of them have met a cluster that does not answer
_FAILURES = 2


class GuardedTransport:
    """At most SHARE requests at a time; where the cluster has not answered, one at a time finds out whether it does.

    Others are refused at once meanwhile, with what was found: nobody waits for what somebody else waits for already.
    """

    def __init__(self, name: str, transport: Transport) -> None:
        self._name = name
        self._transport = transport
        self._lock = threading.Lock()
        self._under_way = 0
        self._failures = 0
        self._failure: ZatoError | None = None

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        """As the transport it guards. Raises Unavailable also where others wait for this cluster."""
        if method == "GET" and timeout_seconds <= _USUAL_SECONDS:
            timeout_seconds = min(timeout_seconds, _READ_SECONDS_MAX)
        self._enter()
        try:
            reply = self._transport.request(method, target, body, headers, timeout_seconds=timeout_seconds)
        except (Unavailable, TimeLimitExceeded) as error:
            self._leave(error)
            raise
        except BaseException:
            self._leave(None)
            raise
        self._leave(None)
        return reply

    def _enter(self) -> None:
        with self._lock:
            if self._failures >= _FAILURES and self._under_way and self._failure is not None:
                raise Unavailable(self._failure.message, code=self._failure.code)
            if self._under_way >= SHARE:
                raise Unavailable(
                    f"Too many wait for the cluster {self._name} already; try again in a moment.", code="cluster-busy"
                )
            self._under_way += 1

    def _leave(self, failure: ZatoError | None) -> None:
        with self._lock:
            self._under_way -= 1
            self._failures = 0 if failure is None else self._failures + 1
            self._failure = failure
