"""A limit on how long this process waits for a database that has stopped answering.

Limits that the server keeps (`statement_timeout` and the like) end a slow statement. They cannot help when the server
itself is stopped or the network swallows packets, and then a thread would wait for good.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _SocketLimit:
    """Shuts a connection's socket down when time is up, which the driver sees as a lost connection."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        # A descriptor of our own: the driver may close its own, and the number may then belong to something else
        self._socket = socket.socket(fileno=os.dup(descriptor))
        self._lock = threading.Lock()
        self._over = False
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def start(self) -> None:
        self._timer.start()

    def _expire(self) -> None:
        with self._lock:
            if not self._over:
                self._over = True
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # the connection was lost already

    def end(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            self._socket.close()


@contextmanager
def deadline(dialect: str, connection: Any, seconds: float) -> Iterator[None]:
    """Within it, a database driver's connection fails once it has waited `seconds` for its server.

    PostgreSQL: for all that happens within. MySQL and Oracle: for each answer. SQLite: has no server, no limit.
    """
    if dialect == "postgresql":
        if connection.closed:
            yield
            return
        limit = _SocketLimit(connection.fileno(), seconds)
        limit.start()
        try:
            yield
        finally:
            limit.end()
    elif dialect == "mysql":
        # PyMySQL reads it before each packet; it offers no public way to change it after connecting
        before = connection._read_timeout
        connection._read_timeout = seconds
        try:
            yield
        finally:
            connection._read_timeout = before
    elif dialect == "oracle":
        before = connection.call_timeout
        connection.call_timeout = int(seconds * 1000)
        try:
            yield
        finally:
            connection.call_timeout = before
    else:
        yield
