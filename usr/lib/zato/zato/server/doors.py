"""The unix sockets that a server listens on, and the connections that come in at them."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any


class Door:
    """A socket that listens, without blocking."""

    def __init__(self, listening: socket.socket) -> None:
        listening.setblocking(False)
        self.name: Any = listening.getsockname()
        self._listening = listening
        self._kind = int(listening.family), int(listening.type), listening.proto

    def fileno(self) -> int:
        return self._listening.fileno()

    def accept(self) -> tuple[socket.SocketType, Any]:
        """The next connection, which blocks, and the address of its peer. Raises OSError, as sockets do.

        It is an object of the module that `socket` is made with: what `socket` adds takes longer than accepting.
        """
        descriptor, address = self._listening._accept()  # type: ignore[attr-defined]
        return socket.SocketType(*self._kind, descriptor), address


def open_door(path: Path, backlog: int) -> int:
    """The descriptor of a socket that listens at `path`, in place of one that an earlier process left there.

    It listens as soon as it is there, so that connections wait for the workers. Where one is refused, lighttpd does
    not try this socket again for up to two seconds, although health checks already say that all is well.

    The directory says who may connect, and its group becomes the socket's where it is a set-group-ID directory:
    gunicorn would make it its own group's.
    """
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        before = os.umask(0o007)
        try:
            door.bind(str(path))
            door.listen(backlog)
        finally:
            os.umask(before)
        return door.detach()
