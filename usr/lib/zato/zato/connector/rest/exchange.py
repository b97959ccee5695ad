"""One request and its response over a pool."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout, exceptions

from zato.connector.outcome import Stage
from zato.connector.rest.failure import Failure, failure_of

_CHUNK_BYTES = 64 * 1024


class ExchangeFailed(Exception):
    """An attempt that did not lead to a whole response."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; `target` is the path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, its body decoded."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """As they came: a name may be there several times."""
    content: bytes


def exchange(pool: HTTPConnectionPool, request: Request, *, deadline: float, bytes_max: int) -> Answer:
    """Send once, follow no redirect, read the whole response. `deadline` is in time.monotonic's seconds.

    Raises ExchangeFailed, and nothing else.
    """
    stage = Stage.READ
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise ExchangeFailed(Failure(Stage.CONNECT, "no time was left to connect", unsent=True, timed_out=True))
    try:
        response = pool.urlopen(
            request.method,
            request.target,
            body=request.body,
            headers=request.headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=seconds, read=seconds),
            preload_content=False,
        )
        stage = Stage.RESPONSE
        try:
            content = _content(response, deadline, bytes_max)
        except BaseException:
            response.close()
            raise
        response.release_conn()
    except (exceptions.HTTPError, OSError, ValueError) as error:
        raise ExchangeFailed(failure_of(error, stage)) from error
    return Answer(response.status, tuple(response.headers.iteritems()), content)


def _content(response: BaseHTTPResponse, deadline: float, bytes_max: int) -> bytes:
    if (response.length_remaining or 0) > bytes_max:
        raise ExchangeFailed(_too_large(bytes_max))
    chunks: list[bytes] = []
    size = 0
    while True:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            # A peer that sends a byte now and then never runs into the socket's own timeout
            raise ExchangeFailed(Failure(Stage.RESPONSE, "the response did not end in time", timed_out=True))
        sock = getattr(response.connection, "sock", None)
        if sock is not None:
            sock.settimeout(seconds)
        chunk = response.read1(_CHUNK_BYTES, decode_content=True)
        if not chunk:
            return b"".join(chunks)
        size += len(chunk)
        if size > bytes_max:
            raise ExchangeFailed(_too_large(bytes_max))
        chunks.append(chunk)


def _too_large(bytes_max: int) -> Failure:
    return Failure(Stage.RESPONSE, f"the response is larger than {bytes_max} bytes", lasting=True)
