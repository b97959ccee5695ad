"""The HAProxy that runs on this machine: its master process and, through it, its worker."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_UCRED = struct.Struct("3i")
_QUESTION = b"@1 show info\n"


class RunningHaproxy:
    """Reached by its master's socket, whose other end is the master, also after reloads."""

    def __init__(self, master_socket: Path) -> None:
        self._socket = master_socket

    def pid(self) -> int | None:
        """The master's process id: with it ends all of HAProxy."""
        try:
            with self._connected(1.0) as connection:
                credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        except OSError:
            return None
        pid: int = _UCRED.unpack(credentials)[0]
        return pid

    def answer(self, seconds: float) -> None:
        """The master passes a question on to the worker, so both are at work when there is an answer."""
        try:
            with self._connected(seconds) as connection:
                connection.sendall(_QUESTION)
                connection.shutdown(socket.SHUT_WR)
                if not connection.recv(1):
                    raise ConnectionResetError("HAProxy's master has no worker.")
        except BlockingIOError as error:  # so many connections wait already
            raise TimeoutError from error

    def _connected(self, seconds: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(str(self._socket))
        except BaseException:
            connection.close()
            raise
        return connection
