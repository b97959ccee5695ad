"""What is sent between the worker that asks for a check, the zygote's children, and the candidate's process."""

from __future__ import annotations

import socket

import msgspec
from msgspec import Struct

from zato.deployment.loader import Refusal

_LENGTH_BYTES = 4
_MESSAGE_BYTES_MAX = 256 * 1024 * 1024


class CheckedFile(Struct, frozen=True, array_like=True):
    """A file with the deployment that it is."""

    file_name: str
    source: bytes
    deployment_id: int


class CheckRequest(Struct, frozen=True, kw_only=True):
    """`others` are deployed files that the candidate may import or that import what it provides.

    `along` are files that change together with the candidate.
    """

    candidate: CheckedFile
    along: tuple[CheckedFile, ...] = ()
    others: tuple[CheckedFile, ...]
    service_owners: dict[str, str]
    packages: str | None = None
    """Directory of third-party packages that may be imported."""
    time_limit_seconds: float
    memory_limit_bytes: int


class CheckedService(Struct, frozen=True):
    """A service that was found in one of the files that are checked."""

    name: str
    file_name: str
    module: str
    line: int | None


class CheckResult(Struct, frozen=True, kw_only=True):
    """Accepted where `refusal` is None."""

    services: tuple[CheckedService, ...] = ()
    refusal: Refusal | None = None


def refused(code: str, reason: str, file: str, line: int | None = None) -> CheckResult:
    return CheckResult(refusal=Refusal(code, reason, file, line))


def send(connection: socket.socket, message: CheckRequest | CheckResult) -> None:
    """Raises OSError where the other side has gone."""
    data = msgspec.msgpack.encode(message)
    connection.sendall(len(data).to_bytes(_LENGTH_BYTES) + data)


def receive_request(connection: socket.socket) -> CheckRequest:
    """Raises EOFError where the other side went away first, OSError, or msgspec.DecodeError."""
    return msgspec.msgpack.decode(_receive(connection), type=CheckRequest)


def receive_result(connection: socket.socket) -> CheckResult:
    """As `receive_request`."""
    return msgspec.msgpack.decode(_receive(connection), type=CheckResult)


def _receive(connection: socket.socket) -> bytes:
    length = int.from_bytes(_read(connection, _LENGTH_BYTES))
    if length > _MESSAGE_BYTES_MAX:
        raise EOFError(f"A message of {length} bytes is not plausible.")
    return _read(connection, length)


def _read(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(min(count - len(data), 1 << 20))
        if not part:
            raise EOFError("The connection ended in the middle of a message.")
        data += part
    return bytes(data)
