"""HTTP/1.1 on the way between lighttpd and a request thread, in as few steps as correctness allows.

Requests of the usual shape (read in one piece, no transfer coding, nothing repeated) take the short way through
gunicorn's own C parser straight to a WSGI environ. Everything else is handed to gunicorn's request parser, with what
has been read so far, and is accepted or refused there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any

import gunicorn_h1c
from gunicorn.http import wsgi
from gunicorn.http.parser import RequestParser
from gunicorn.util import unquote_to_wsgi_str

from zato.serving.active_request import ActiveRequest
from zato.serving.interruption import Interrupted

Environ = dict[str, Any]
_READ_BYTES = 65_536
_KEYS_MAX = 512
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PLAIN_TARGET = re.compile(rb"/[\x21-\x22\x24-\x7e]*")  # printable ASCII without "#"
_HOP_BY_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "date", "server"))
# What gunicorn handles: framing other than by length, expectations, and anything that must not be repeated or forged.
_NOT_PLAIN = frozenset(("TRANSFER-ENCODING", "EXPECT", "UPGRADE", "TRAILER"))


class Reader:
    """Reads one request from a connection. One for each worker: it keeps what all its requests have in common."""

    def __init__(self, cfg: Any) -> None:
        self._cfg = cfg
        self._base: Environ = {
            **wsgi.base_environ(cfg),
            "wsgi.multithread": True,
            "wsgi.url_scheme": "http",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "",
        }
        self._keys: dict[bytes, str] = {}

    def read(self, client: Any, address: Any, listener_name: Any) -> Environ | None:
        """The request's WSGI environ, or None where the peer went away. Raises gunicorn's HTTP errors."""
        data = client.recv(_READ_BYTES)
        if not data:
            return None
        return self._read_plain(data) or self._read_any(data, client, address, listener_name)

    def _read_plain(self, data: bytes) -> Environ | None:
        try:
            parsed = gunicorn_h1c.parse_request(data, last_len=0)
        except (ValueError, gunicorn_h1c.IncompleteError):  # the parser's errors are ValueErrors
            return None
        target: bytes = parsed["path"]
        if parsed["minor_version"] != 1 or not _PLAIN_TARGET.fullmatch(target):
            return None
        environ = self._base.copy()
        keys = self._keys
        for name, value in parsed["headers"]:
            key = keys.get(name) or self._key(name)
            if not key or key in environ:
                return None
            environ[key] = value.decode("latin-1")
        body = data[parsed["consumed"] :]
        if environ.get("CONTENT_LENGTH", "0") != str(len(body)):
            return None
        path, _, query = target.decode("latin-1").partition("?")
        environ["REQUEST_METHOD"] = parsed["method"].decode("latin-1")
        environ["RAW_URI"] = target.decode("latin-1")
        environ["PATH_INFO"] = unquote_to_wsgi_str(path) if "%" in path else path
        environ["QUERY_STRING"] = query
        environ["wsgi.input"] = io.BytesIO(body)
        return environ

    def _key(self, name: bytes) -> str:
        """The environ's key for a header, or "" where the short way is not for it."""
        upper = name.decode("latin-1").upper()
        if upper in _NOT_PLAIN or "_" in upper or not _TOKEN.fullmatch(upper):
            return ""
        key = upper.replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
        if len(self._keys) < _KEYS_MAX:
            self._keys[name] = key
        return key

    def _read_any(self, data: bytes, client: Any, address: Any, listener_name: Any) -> Environ | None:
        parser = RequestParser(self._cfg, client, address)
        parser.unreader.unread(data)
        request = next(parser)
        _, environ = wsgi.create(request, client, address, listener_name, self._cfg)
        environ["wsgi.multithread"] = True
        environ["zato.unread"] = True
        result: Environ = environ
        return result


class Answer:
    """Writes one response and announces that the connection closes after it."""

    __slots__ = ("_active", "_chunked", "_client", "_head", "_method", "_no_body", "started")

    def __init__(self, client: Any, active: ActiveRequest, method: str) -> None:
        self._client = client
        self._active = active
        self._method = method
        self._head = b""
        self._chunked = False
        self._no_body = False
        self.started = False

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """PEP 3333. A header that would break out of its line is refused with ValueError."""
        if self.started and exc_info is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        lines = [f"HTTP/1.1 {status}\r\n"]
        sized = False
        for name, value in headers:
            lowered = name.lower()
            if lowered in _HOP_BY_HOP:
                continue
            if lowered == "content-length":
                sized = True
            lines.append(f"{name}: {value}\r\n")
        code = int(status[:3])
        self._no_body = self._method == "HEAD" or code in (204, 304)
        self._chunked = not sized and not self._no_body
        lines.append(
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" if self._chunked else "Connection: close\r\n\r\n"
        )
        text = "".join(lines)
        breaks = len(lines) + 1 + self._chunked
        if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
            raise ValueError("A response header contains a line break or NUL, which would forge another header.")
        self._head = text.encode("latin-1")
        return self.write

    def write(self, data: bytes) -> None:
        """Send one piece of the body, the head before it."""
        if not self.started:
            self._claim()
        if self._no_body:
            data = b""
        elif self._chunked and data:
            data = b"%X\r\n%b\r\n" % (len(data), data)
        head, self._head = self._head, b""
        if head or data:
            self._client.sendall(head + data)

    def send(self, chunks: Iterable[bytes]) -> None:
        """The whole body, then the end of it."""
        if isinstance(chunks, list) and len(chunks) == 1 and not self._chunked:
            self.write(chunks[0])
            return
        for chunk in chunks:
            if chunk:
                self.write(chunk)
        if self._head:
            self.write(b"")
        if self._chunked:
            self._client.sendall(b"0\r\n\r\n")

    def _claim(self) -> None:
        if not self._active.claim():
            raise Interrupted
        self.started = True
