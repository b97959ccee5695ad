"""A pooled HTTP connection to one other system."""

from __future__ import annotations

import base64
import json
import re
import ssl
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from zato.config.kinds import OutgoingRest
from zato.config.kinds.outgoing_rest import OutgoingSecurity
from zato.core.errors import InvalidInput, OutgoingFailed
from zato.core.json import decode
from zato.outgoing.ping import PingResult

if TYPE_CHECKING:
    import urllib3

_RESPONSE_BYTES_MAX = 50 * 1024 * 1024
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


class Response:
    """What the other system answered, whatever its status."""

    __slots__ = ("content", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are not become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    @property
    def data(self) -> Any:
        """The body as JSON, None where it is empty. Raises InvalidInput where it is not JSON."""
        return decode(self.content) if self.content else None


class RestConnection:
    """`conn.get(cid, ...)`, `conn.post(cid, data)` and so on. Connects when it is first used."""

    def __init__(
        self, name: str, value: OutgoingRest, *, password: str | None, secret: str | None, client_key: str | None
    ) -> None:
        self.name = name
        self._value = value
        self._headers = _credentials(value, password, secret)
        self._client_key = client_key
        self._pool: urllib3.PoolManager | None = None

    @property
    def conn(self) -> RestConnection:
        """Itself: services write self.out.rest['CRM'].conn.get(...)."""
        return self

    def get(self, cid: str, data: Any = None, params: Any = None, headers: Any = None, **more: Any) -> Response:
        return self.request("GET", cid, data, params, headers, **more)

    def post(self, cid: str, data: Any = None, params: Any = None, headers: Any = None, **more: Any) -> Response:
        return self.request("POST", cid, data, params, headers, **more)

    def put(self, cid: str, data: Any = None, params: Any = None, headers: Any = None, **more: Any) -> Response:
        return self.request("PUT", cid, data, params, headers, **more)

    def patch(self, cid: str, data: Any = None, params: Any = None, headers: Any = None, **more: Any) -> Response:
        return self.request("PATCH", cid, data, params, headers, **more)

    def delete(self, cid: str, data: Any = None, params: Any = None, headers: Any = None, **more: Any) -> Response:
        return self.request("DELETE", cid, data, params, headers, **more)

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
        """Send a message and return the answer.

        dicts and lists are sent as JSON. `params` fill the placeholders of the address; the rest go to the query
        string. Raises OutgoingFailed, whose stage says how far it got.
        """
        url = self._url(self._value.address, dict(params or {}))
        return self._send(method, url, cid, data, headers or {}, timeout)

    def ping(self, cid: str) -> PingResult:
        """Ask for the ping path and say which stage failed. A status of 500 or more fails, so do 401 and 403."""
        url = self._value.address.rstrip("/") + self._value.ping_path
        started = time.perf_counter()
        try:
            response = self._send(self._value.ping_method, url, cid, None, {}, None)
        except OutgoingFailed as error:
            return PingResult(False, error.stage, error.message, (time.perf_counter() - started) * 1000)
        taken = (time.perf_counter() - started) * 1000
        text = f"{self._value.ping_method} {url} was answered with status {response.status_code}."
        if response.status_code in (401, 403):
            return PingResult(False, "authentication", text, taken)
        ok = response.status_code < 500
        return PingResult(ok, "done" if ok else "response", text, taken)

    def _send(
        self, method: str, url: str, cid: str, data: Any, headers: Mapping[str, str], timeout: float | None
    ) -> Response:
        import urllib3
        from urllib3.exceptions import HTTPError

        body, content_type = _body(data)
        sent = {"X-Zato-CID": cid, "Accept": "application/json, */*;q=0.5", **self._headers}
        if re.fullmatch(r"[0-9a-f]{32}", cid):
            sent["traceparent"] = f"00-{cid}-{cid[:16]}-01"
        if content_type:
            sent["Content-Type"] = content_type
        sent.update(headers)
        seconds = timeout or self._value.timeout_seconds
        try:
            answer = self._pool_manager().request(
                method,
                url,
                body=body,
                headers=sent,
                redirect=False,
                retries=urllib3.Retry(
                    connect=self._value.retries,
                    read=self._value.retries if method in _IDEMPOTENT else 0,
                    other=0,
                    status=0,
                    redirect=0,
                    allowed_methods=_IDEMPOTENT,
                    backoff_factor=0.1,
                ),
                timeout=urllib3.Timeout(connect=seconds, read=seconds),
                preload_content=False,
            )
            content = answer.read(_RESPONSE_BYTES_MAX + 1, decode_content=True)
            if len(content) > _RESPONSE_BYTES_MAX:
                answer.close()
                raise OutgoingFailed(
                    f"{self._where(url)} answered with more than {_RESPONSE_BYTES_MAX} bytes.", stage="response"
                )
            answer.release_conn()
        except HTTPError as error:
            stage, reason = _stage(error)
            raise OutgoingFailed(
                f"{self._where(url)} failed at the stage {stage!r}: {reason}.",
                stage=stage,
                retriable=stage in ("name", "connect", "read"),
            ) from error
        return Response(answer.status, dict(answer.headers), content)

    def _where(self, url: str) -> str:
        return f"The outgoing REST connection {self.name!r} to {url.partition('?')[0]}"

    def _url(self, address: str, params: dict[str, Any]) -> str:
        def fill(match: re.Match[str]) -> str:
            if match[1] not in params:
                raise InvalidInput(
                    f"The address of the outgoing REST connection {self.name!r} needs the parameter {match[1]!r}.",
                    code="missing-parameter",
                )
            return quote(str(params.pop(match[1])), safe="")

        url = _PLACEHOLDER.sub(fill, address)
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params, doseq=True)
        return url

    def _pool_manager(self) -> urllib3.PoolManager:
        if self._pool is None:
            import urllib3

            # Beyond pool_size connections are opened and not kept, so a burst is slower, not stuck.
            self._pool = urllib3.PoolManager(
                num_pools=10, maxsize=self._value.pool_size, block=False, ssl_context=self._context()
            )
        return self._pool

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self._value.ca_certificate)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._value.client_certificate is not None and self._client_key is not None:
            # OpenSSL reads certificates and keys from files only.
            with tempfile.TemporaryDirectory() as directory:
                pair = Path(directory) / "pair.pem"
                pair.touch(mode=0o600)
                pair.write_text(f"{self._client_key}\n{self._value.client_certificate}", encoding="utf-8")
                context.load_cert_chain(pair)
        return context


def _credentials(value: OutgoingRest, password: str | None, secret: str | None) -> dict[str, str]:
    match value.security:
        case OutgoingSecurity.BASIC:
            pair = base64.b64encode(f"{value.username}:{password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        case OutgoingSecurity.API_KEY:
            return {value.header: secret or ""}
        case OutgoingSecurity.BEARER:
            return {"Authorization": f"Bearer {secret}"}
        case _:
            return {}


def _body(data: Any) -> tuple[bytes | None, str | None]:
    if data is None:
        return None, None
    if isinstance(data, bytes):
        return data, None
    if isinstance(data, str):
        return data.encode(), "text/plain; charset=utf-8"
    return json.dumps(data).encode(), "application/json"


def _stage(error: Exception) -> tuple[str, str]:
    from urllib3 import exceptions

    reason: Any = error.reason if isinstance(error, exceptions.MaxRetryError) and error.reason else error
    if isinstance(reason, exceptions.NameResolutionError):
        return "name", "the host name cannot be resolved"
    if isinstance(reason, exceptions.SSLError):
        return "tls", _plain(reason)
    if isinstance(reason, exceptions.ConnectTimeoutError):
        return "connect", "nothing answered in time"
    if isinstance(reason, exceptions.NewConnectionError):
        return "connect", "the connection was refused"
    if isinstance(reason, exceptions.ReadTimeoutError):
        return "read", "no answer came in time"
    return "read", _plain(reason)


def _plain(reason: object) -> str:
    return str(reason).rstrip(".").replace("\n", " ")
