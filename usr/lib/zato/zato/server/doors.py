"""The unix sockets that a server listens on."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def open_door(path: Path) -> int:
    """The descriptor of a socket bound to `path`, in place of one that an earlier process left there.

    The directory says who may connect, and its group becomes the socket's where it is a set-group-ID directory:
    gunicorn would make it its own group's.
    """
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        before = os.umask(0o007)
        try:
            door.bind(str(path))
        finally:
            os.umask(before)
        return door.detach()
