"""The two doors of a cluster, and connections to them that send bytes as they are."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BALANCER = "haproxy"
DIRECT = "lighttpd"
DOORS = (BALANCER, DIRECT)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, or what there was of it. `status` 0: the connection was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    closed: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def environ(self) -> dict[str, str]:
        """What the application saw."""
        seen: dict[str, str] = self.json["environ"]
        return seen


class Doors:
    """HAProxy and server 1's lighttpd, as clients may reach either."""

    def __init__(self, ca: Path, *, balancer: int, direct: int) -> None:
        self._ca = ca
        self._ports = {BALANCER: balancer, DIRECT: direct}

    def port(self, door: str) -> int:
        return self._ports[door]

    def connect(
        self,
        door: str = BALANCER,
        *,
        certificate: Path | None = None,
        seconds: float = 10.0,
        context: ssl.SSLContext | None = None,
        session: ssl.SSLSession | None = None,
        source: str = "127.0.0.1",
    ) -> ssl.SSLSocket:
        """A TLS connection from the address `source`; the client's certificate has its key beside it."""
        context = context or ssl.create_default_context(cafile=self._ca)
        if certificate is not None:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        plain = socket.create_connection(("127.0.0.1", self.port(door)), timeout=seconds, source_address=(source, 0))
        return context.wrap_socket(plain, server_hostname="localhost", session=session)

    def raw(
        self,
        request: bytes,
        door: str = BALANCER,
        *,
        certificate: Path | None = None,
        parts: Iterable[tuple[float, bytes]] = (),
        seconds: float = 10.0,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Sends bytes as they are, then each of `parts` after a pause; stops sending where the other side closes."""
        began = time.monotonic()
        try:
            with self.connect(door, certificate=certificate, seconds=seconds, source=source) as connection:
                try:
                    connection.sendall(request)
                    for pause, part in parts:
                        time.sleep(pause)
                        connection.sendall(part)
                except OSError:
                    pass  # refused before all was sent: the answer may be there all the same
                received, closed = _receive(connection)
        except (ssl.SSLError, ConnectionError):
            if certificate is None:  # only a certificate is a reason to refuse the connection itself
                raise
            received, closed = b"", True
        return _parsed(received, closed, time.monotonic() - began)

    def get(self, path: str, door: str = BALANCER, *, method: str = "GET", **options: Any) -> Answer:
        """One request on a connection of its own; `headers` and `body` as they are."""
        headers: dict[str, str] = options.pop("headers", {})
        body: bytes = options.pop("body", b"")
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method in {"POST", "PUT"}:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return self.raw(head + body, door, **options)


def _receive(connection: ssl.SSLSocket) -> tuple[bytes, bool]:
    received = bytearray()  # megabytes are not copied for each part: HAProxy ends a client that reads too slowly
    closed = True
    try:
        while part := connection.recv(65536):
            received += part
    except TimeoutError:
        closed = False
    except (ssl.SSLError, ConnectionError):
        pass  # cut off, or a certificate refused, which TLS 1.3 tells with the first read only
    return bytes(received), closed


def _parsed(received: bytes, closed: bool, seconds: float) -> Answer:
    while received.startswith((b"HTTP/1.1 100", b"HTTP/1.0 100")):
        received = received.partition(b"\r\n\r\n")[2]
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/") else 0
    pairs = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Answer(status, headers, body, seconds, closed)
