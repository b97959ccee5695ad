"""What a person sees of the processes: each line with the name of its process before it, in the process's colour."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from honcho.colour import get_colours

from zato.core.visible import visible_bytes, visible_line

_RESET = b"\033[0m"


class Output:
    """Writes whole lines to standard output; threads may share it. A reader that is gone is not an error.

    As text, colours are used on a terminal only. As JSON every line is one object: what a process writes in another
    form is put into `event`. Lines are handled as bytes and in blocks, since there may be thousands a second. What
    they write does nothing to the terminal.
    """

    def __init__(self, names: Sequence[str], log_format: str) -> None:
        width = max(map(len, names))
        self._coloured = sys.stdout.isatty()
        colours = dict(zip(names, get_colours(), strict=False))
        self._prefixes = {name: self._prefix(f"{name:<{width}} |", colours[name]) for name in names}
        self._as_json = log_format == "json"
        self._lock = threading.Lock()

    def lines(self, name: str, lines: Sequence[bytes]) -> None:
        """Lines of a process, without their ends."""
        if self._as_json:
            self._write([visible_bytes(line if _is_object(line) else _as_object(name, line)) for line in lines if line])
        else:
            prefix = self._prefixes[name]
            self._write([prefix + visible_bytes(line) for line in lines])

    def say(self, text: str) -> None:
        """One line of the supervisor's own."""
        if self._as_json:
            self._write([_as_object("zato", text.encode("utf-8", "backslashreplace"))])
        else:
            shown = visible_line(text).encode()
            self._write([(b"\033[1m==>\033[0m " if self._coloured else b"==> ") + shown])

    def plain(self, lines: Sequence[bytes]) -> None:
        """Lines that are for people as they stand."""
        if not self._as_json:
            self._write([visible_bytes(line) for line in lines])

    def _prefix(self, text: str, colour: str) -> bytes:
        plain = text.encode()
        return b"\033[" + colour.encode() + b"m" + plain + _RESET + b" " if self._coloured else plain + b" "

    def _write(self, lines: Sequence[bytes]) -> None:
        data = b"".join(line + b"\n" for line in lines)
        with self._lock, contextlib.suppress(OSError):
            while data:
                data = data[os.write(1, data) :]


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def _as_object(name: str, line: bytes) -> bytes:
    text = line.decode("utf-8", "backslashreplace")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": now, "level": "info", "process": name, "event": text}).encode()
