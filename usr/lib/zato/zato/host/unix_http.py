"""HTTP over a unix socket with nothing but the standard library: those who ask may be there once for each server."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path

BYTES_MAX = 256 * 1024 * 1024
_CONNECT_SECONDS = 5.0
_PART_BYTES = 65536
_PATIENCE = 10.0  # times as long as for the beginning


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    content_type: str
    body: bytes


class NotReached(Exception):
    """Nothing listens at the path, or nothing takes the connection: the request was not begun."""


class NoAnswer(Exception):
    """What listened ended, or said something else than HTTP: what it has done is not known."""


class NotInTime(Exception):
    """There was no answer in time: what has become of the request is not known."""


class EndlessAnswer(Exception):
    """More came than is taken, or for longer."""


def exchange(
    path: Path,
    method: str,
    target: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float,
    bytes_max: int = BYTES_MAX,
) -> Reply:
    """One request on a connection of its own, answered within `seconds` and taken whole, where it has an end.

    Raises NotReached, NoAnswer, NotInTime, EndlessAnswer: root asks servers that somebody may have taken over.
    """
    connection = _UnixConnection(path)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotReached(str(error)) from error
        connection.sock.settimeout(seconds)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it had all of the body
                # The server ends each connection with its answer anyway
                connection.request(method, target, body, {**(headers or {}), "Connection": "close"})
            with connection.getresponse() as response:  # the socket is its own by then
                whole = _body(response, time.monotonic() + seconds * _PATIENCE, bytes_max)
                return Reply(response.status, response.headers.get("Content-Type", ""), whole)
        except TimeoutError as error:
            raise NotInTime(str(error)) from error
        except (HTTPException, OSError) as error:
            raise NoAnswer(repr(error)) from error
    finally:
        connection.close()


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_CONNECT_SECONDS)
        self.sock.connect(str(self._path))


def _body(response: HTTPResponse, deadline: float, bytes_max: int) -> bytes:
    body = bytearray()
    while part := response.read1(_PART_BYTES):
        body += part
        if len(body) > bytes_max or time.monotonic() > deadline:
            raise EndlessAnswer(f"What answers sends without an end; it was left after {len(body)} bytes.")
    if response.length:  # it ended before it had sent what it had announced
        raise IncompleteRead(bytes(body), response.length)
    return bytes(body)
