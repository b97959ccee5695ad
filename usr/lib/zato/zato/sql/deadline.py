"""A limit on how long this process waits for a database that has stopped answering.

Limits that the server keeps (`statement_timeout` and the like) end a slow statement. They cannot help when the server
itself is stopped or the network swallows packets, and then a thread would wait for good.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _SocketLimit:
    """Shuts a connection's socket down when time is up, which the driver sees as a lost connection."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        # A descriptor of our own: the driver may close its own, and the number may then belong to something else
        self._descriptor = os.dup(descriptor)
        self._lock = threading.Lock()
        self._ended = False
        self.expires = time.monotonic() + seconds

    def expire(self) -> None:
        with self._lock:
            if not self._ended:
                self._ended = True
                with socket.socket(fileno=self._descriptor) as connection, contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)  # fails where it was lost already

    def end(self) -> None:
        with self._lock:
            if not self._ended:
                self._ended = True
                os.close(self._descriptor)


class _Watch:
    """One thread that has all limits of this process expire: to start one for each cost more than the statement.

    What others do to it takes no lock, as a service that is out of time may be interrupted anywhere.
    """

    def __init__(self) -> None:
        self._woken: int | None = None
        self._begin()

    def _begin(self) -> None:
        self._limits: dict[_SocketLimit, None] = {}
        self._starting = threading.Lock()
        self._wakes_at = math.inf
        """When the thread looks by itself; infinite while it decides when."""

    def add(self, limit: _SocketLimit) -> None:
        self._limits[limit] = None
        woken = self._woken
        if woken is None:
            woken = self._start()
        # As a rule no later limit is an earlier one, so that the thread sleeps for seconds
        if limit.expires < self._wakes_at:
            os.eventfd_write(woken, 1)

    def remove(self, limit: _SocketLimit) -> None:
        self._limits.pop(limit, None)

    def forked(self) -> None:
        """The thread has stayed behind, and the limits are the parent's."""
        if self._woken is not None:
            os.close(self._woken)
            self._woken = None
        self._begin()

    def _start(self) -> int:
        with self._starting:
            if self._woken is None:
                woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                thread = threading.Thread(target=self._run, args=(woken,), name="sql-deadlines", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # no more threads may be started
                    os.close(woken)
                    raise
                self._woken = woken
            return self._woken

    def _run(self, woken: int) -> None:
        waiting = select.poll()
        waiting.register(woken, select.POLLIN)
        while True:
            self._wakes_at = math.inf  # whoever comes from here on wakes it
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(woken)
            now = time.monotonic()
            limits = list(self._limits)
            for limit in limits:
                if limit.expires <= now:
                    self.remove(limit)
                    limit.expire()
            next_at = min((limit.expires for limit in limits if limit.expires > now), default=math.inf)
            self._wakes_at = next_at
            waiting.poll(None if next_at == math.inf else math.ceil((next_at - now) * 1000))


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.forked)


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
        try:
            _watch.add(limit)
            yield
        finally:
            _watch.remove(limit)
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
