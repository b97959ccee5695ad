"""What systemd is told by a process that it has started, see sd_notify(3)."""

from __future__ import annotations

import os
import socket


def notify(state: str, *descriptors: int) -> None:
    """Says it, with descriptors that systemd is to keep. Nothing where systemd does not listen. Raises OSError."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(f"\0{path[1:]}" if path.startswith("@") else path)
        socket.send_fds(connection, [state.encode()], descriptors)
