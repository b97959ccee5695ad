"""One request to the admin API, over HTTPS with a client certificate or over the server's internal unix socket."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError, SSLError
from urllib3.util import Timeout, parse_url

from zato.core.errors import InvalidInput, SetupError, TimeLimitExceeded, Unavailable
from zato.core.target import segments_of
from zato.host.tls import verifying_context
from zato.host.unix_http import BYTES_MAX, EndlessAnswer, NoAnswer, NotInTime, NotReached, Reply, exchange
from zato.pki.names import CLUSTER_SNI

CONNECT_SECONDS = 5.0
_PART_BYTES = 65536
_PATIENCE = 10.0  # times as long as for the beginning


class Transport(Protocol):
    """A way to reach the admin API. Threads may share it."""

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        """The reply, whatever its status. Raises Unavailable, TimeLimitExceeded, or SetupError for a bad setup."""
        ...


class HttpsTransport:
    """Verifies the other side against `ca`, and shows the client certificate `certificate` with its `key`.

    `address` is the host that is connected to where it is another one than the URL's, whose certificate is still
    expected of it. So many `connections` are kept for the next request.
    """

    def __init__(
        self,
        base_url: str,
        *,
        ca: Path,
        certificate: Path | None,
        key: Path | None,
        address: str | None = None,
        hint: str = "",
        connections: int = 1,
    ) -> None:
        for path in filter(None, (ca, certificate, key)):
            if not path.is_file():
                raise SetupError(f"{path} is missing, so nobody can be asked at {base_url}. {hint}".strip())
        self._base_url = base_url.rstrip("/")
        self._hint = hint
        url = parse_url(self._base_url)
        self._host = url.netloc or ""
        name = (url.host or "").strip("[]")
        self._pool = _HttpsPool(
            address or name,
            url.port,
            ca_certs=str(ca),
            cert_file=None if certificate is None else str(certificate),
            key_file=None if key is None else str(key),
            # The cluster's own certificate, whichever others are shown to those who ask for the host's name
            server_hostname=CLUSTER_SNI,
            assert_hostname=name,
            retries=False,
            maxsize=connections,
        )

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        try:
            return _answer(
                self._pool.request(
                    method,
                    target,
                    body=body,
                    headers={"Host": self._host, **headers},
                    timeout=Timeout(connect=CONNECT_SECONDS, read=timeout_seconds),
                    preload_content=False,
                ),
                timeout_seconds,
            )
        except EndlessAnswer as error:
            raise _endless(error) from error
        except (HTTPError, OSError) as error:
            raise _translated(error, self._base_url, self._hint, timeout_seconds) from error


class SocketTransport:
    """The internal door, which only Zato's own processes can open; what they say about the principal is believed."""

    def __init__(self, path: Path, *, bytes_max: int = BYTES_MAX) -> None:
        self._path = path
        self._bytes_max = bytes_max

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        try:
            return exchange(
                self._path, method, target, body, headers, seconds=timeout_seconds, bytes_max=self._bytes_max
            )
        except NotInTime as error:
            raise _late(str(self._path), timeout_seconds) from error
        except EndlessAnswer as error:
            raise _endless(error) from error
        except (NotReached, NoAnswer) as error:
            raise _unreachable(str(self._path), "The server may be starting.") from error


class _HttpsConnection(HTTPSConnection):
    """Verifies as all of Zato's connections do. The files are read for each, as certificates are renewed."""

    def connect(self) -> None:
        self.ssl_context = verifying_context(ca_file=self.ca_certs)
        super().connect()


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


def segment(text: str) -> str:
    """A name as one segment of a path. Raises InvalidInput for what no path can have (core/target.py)."""
    try:
        segments_of("/" + (encoded := quote(text, safe="")))
    except (InvalidInput, UnicodeEncodeError):
        raise InvalidInput(f"{text[:120]!r} cannot be a name: nothing is called so.", code="invalid-name") from None
    return encoded


def _answer(response: urllib3.BaseHTTPResponse, timeout_seconds: float) -> Reply:
    """All of it, where it has an end: root asks servers, and through edges, that somebody may have taken over."""
    deadline = time.monotonic() + timeout_seconds * _PATIENCE
    body = bytearray()
    try:
        while part := response.read1(_PART_BYTES):
            body += part
            if len(body) > BYTES_MAX or time.monotonic() > deadline:
                response.close()
                raise EndlessAnswer(f"What answers sends without an end; it was left after {len(body)} bytes.")
    finally:
        response.release_conn()
    return Reply(response.status, response.headers.get("Content-Type", ""), bytes(body))


def _translated(
    error: HTTPError | OSError, place: str, hint: str, timeout_seconds: float
) -> Unavailable | TimeLimitExceeded | SetupError:
    reason = error.reason if isinstance(error, MaxRetryError) and error.reason is not None else error
    if isinstance(reason, SSLError):
        return SetupError(f"The TLS connection to {place} failed: {reason}.", code="tls-failed")
    # A connect time-out is also a NewConnectionError's relative, and means that nobody is there.
    if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return _late(place, timeout_seconds)
    if isinstance(reason, NameResolutionError):
        return Unavailable(
            f"The name in {place} cannot be resolved; /etc/hosts or DNS must know it.", code="unreachable"
        )
    return _unreachable(place, hint)


def _late(place: str, timeout_seconds: float) -> TimeLimitExceeded:
    return TimeLimitExceeded(f"{place} has not answered within {timeout_seconds:g} s.")


def _endless(error: EndlessAnswer) -> Unavailable:
    return Unavailable(str(error), code="endless-answer")


def _unreachable(place: str, hint: str) -> Unavailable:
    return Unavailable(f"Nothing answers at {place}: is it running? {hint}".strip(), code="unreachable")
