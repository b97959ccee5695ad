"""The unix sockets that a server listens on."""

from __future__ import annotations

import os
import socket
from pathlib import Path


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
