"""What systemd gives to a process that it has started, and what it is told by it: sd_notify(3), systemd.exec(5)."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def notify(state: str, *descriptors: int) -> None:
    """Says it, with descriptors that systemd is to keep. Nothing where systemd does not listen. Raises OSError."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(f"\0{path[1:]}" if path.startswith("@") else path)
        socket.send_fds(connection, [state.encode()], descriptors)


def handed_over(file: Path) -> Path | None:
    """The copy of `file` that systemd has for this process (LoadCredential=), by the name; None where it has none.

    Of a directory that was handed over as a whole, by the directory's name (LoadCredential=pki:/etc/zato/pki), too.
    systemd guards the copy: no other unit sees it, and it is gone when the unit ends.
    """
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    copies = (Path(directory) / name for name in (file.name, f"{file.parent.name}_{file.name}"))
    return next((copy for copy in copies if copy.is_file()), None)
