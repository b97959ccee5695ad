"""systemd's journal, with fields: each line's own keys as ZATO_KEY, by its native protocol.

https://systemd.io/JOURNAL_NATIVE_PROTOCOL
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
from collections.abc import Mapping

SOCKET = "/run/systemd/journal/socket"
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
_NOT_IN_NAMES = re.compile(r"[^A-Z0-9_]")
_NAME_CHARACTERS_MAX = 64
_STANDARD_ERROR = 2
# A datagram has to fit into the socket's buffer
_MESSAGE_BYTES_MAX = 100_000
_VALUE_BYTES_MAX = 8_000


def is_where_errors_go() -> bool:
    """Whether systemd has connected this process's standard error to the journal."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(_STANDARD_ERROR)
    except OSError:
        return False
    return (device, inode) == (str(found.st_dev), str(found.st_ino))


def encode(message: str, process: str, level: str, fields: Mapping[str, object]) -> bytes:
    """An entry as the journal takes it. What is too long is cut, since an entry that is too large would be lost."""
    entry = [
        _field("MESSAGE", message, _MESSAGE_BYTES_MAX),
        _field("PRIORITY", str(_PRIORITIES.get(level, 6)), _VALUE_BYTES_MAX),
        _field("SYSLOG_IDENTIFIER", f"zato-{process}", _VALUE_BYTES_MAX),
    ]
    for key, value in fields.items():
        name = "ZATO_" + _NOT_IN_NAMES.sub("_", key.upper())
        entry.append(_field(name[:_NAME_CHARACTERS_MAX], str(value), _VALUE_BYTES_MAX))
    return b"".join(entry)


def _field(name: str, value: str, bytes_max: int) -> bytes:
    data = value.encode("utf-8", "backslashreplace")[:bytes_max]
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"


class Journal:
    """Sends entries. A journal that is away, or takes no more, is ignored: a request must not fail because of it."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def send(self, entry: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendto(entry, self._path)
