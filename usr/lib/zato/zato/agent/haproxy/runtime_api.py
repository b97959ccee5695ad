"""HAProxy's Runtime API: one command a connection."""

from __future__ import annotations

import socket
from pathlib import Path

from zato.core.errors import Unavailable

_SECONDS = 5.0


class RuntimeApi:
    """Asks HAProxy through its admin socket."""

    def __init__(self, admin_socket: Path) -> None:
        self._socket = admin_socket

    def ask(self, command: str) -> str:
        """HAProxy's answer. Raises Unavailable where there is none."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(str(self._socket))
                connection.sendall(command.encode() + b"\n")
                parts = iter(lambda: connection.recv(65536), b"")
                return b"".join(parts).decode(errors="replace").strip()
        except OSError as error:
            raise Unavailable(f"HAProxy does not answer on {self._socket}: {error}.", code="balancer-away") from error
