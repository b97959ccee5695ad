"""HAProxy's Runtime API: one command a connection."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from zato.core.errors import Unavailable

_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
_ANSWER_BYTES_MAX = 64 * 1024 * 1024


class RuntimeApi:
    """Asks HAProxy through its admin socket; an answer is no longer than these bounds."""

    def __init__(
        self, admin_socket: Path, *, seconds: float = _ANSWER_SECONDS, bytes_max: int = _ANSWER_BYTES_MAX
    ) -> None:
        self._socket = admin_socket
        self._limit = seconds
        self._bytes_max = bytes_max

    def ask(self, command: str) -> str:
        """HAProxy's answer. Raises Unavailable where there is none, or no end of it: root asks, too."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(str(self._socket))
                connection.sendall(command.encode() + b"\n")
                return self._whole(connection).decode(errors="replace").strip()
        except OSError as error:
            raise Unavailable(f"HAProxy does not answer on {self._socket}: {error}.", code="balancer-away") from error

    def _whole(self, connection: socket.socket) -> bytes:
        deadline = time.monotonic() + self._limit
        answer = bytearray()
        while part := connection.recv(65536):
            answer += part
            if len(answer) > self._bytes_max or time.monotonic() > deadline:
                raise TimeoutError("its answer has no end")
        return bytes(answer)
