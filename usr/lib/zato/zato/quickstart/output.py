"""What a person sees of the processes: each line with the name of its process before it, in the process's colour."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle

from zato.core.visible import visible_bytes, visible_line
from zato.host.log_text import AS_IT_IS, FOR_PEOPLE, as_text
from zato.logbook.ring import RingWriter

_RESET = b"\033[0m"
# Cyan, yellow, green, magenta, red and blue, then the same in bold; see console_codes(4)
_COLOURS = [f"{number}{bold}" for bold in ("", ";1") for number in (36, 33, 32, 35, 31, 34)]
_IN_JSON = "haproxy"
"""Its log is JSON, whose fields are our configuration's."""


class Output:
    """Writes whole lines to standard output, and keeps them as JSON; threads may share it.

    A reader that is gone is not an error, nor a disk that is full. As text, colours are used on a terminal only. As
    JSON every line is one object: what a process writes in another form is put into `event`. Lines are handled as bytes
    and in blocks, since there may be thousands a second. What they write does nothing to the terminal.

    Only what a process has logged says its own level, time and fields: that has `secret` before it (see host.log_text).
    All else may be what somebody has sent, printed by a service.
    """

    def __init__(self, names: Sequence[str], log_format: str, kept: RingWriter) -> None:
        width = max(map(len, names))
        self._coloured = sys.stdout.isatty()
        colours = dict(zip(names, cycle(_COLOURS), strict=False))
        self._prefixes = {name: self._prefix(f"{name:<{width}} |", colours[name]) for name in names}
        self._as_json = log_format == "json"
        self._lock = threading.Lock()
        self._kept = kept
        self.secret = secrets.token_hex(16)
        self._for_people = FOR_PEOPLE + self.secret.encode()
        self._as_it_is = AS_IT_IS + self.secret.encode()

    def lines(self, name: str, lines: Sequence[bytes]) -> None:
        """Lines of a process, without their ends."""
        objects = [self._object(name, line) for line in lines if line]
        self._keep(objects)
        if self._as_json:
            self._write([visible_bytes(each) for each in objects])
        else:
            prefix = self._prefixes[name]
            self._write([prefix + visible_bytes(each) for line in lines for each in self._shown(line)])

    def say(self, text: str) -> None:
        """One line of the supervisor's own."""
        told = _as_object("zato", text.encode("utf-8", "backslashreplace"))
        self._keep([told])
        if self._as_json:
            self._write([told])
        else:
            shown = visible_line(text).encode()
            self._write([(b"\033[1m==>\033[0m " if self._coloured else b"==> ") + shown])

    def plain(self, lines: Sequence[bytes]) -> None:
        """Lines that are for people as they stand, and for nobody later: there may be a secret among them."""
        if not self._as_json:
            self._write([visible_bytes(line) for line in lines])

    def _object(self, name: str, line: bytes) -> bytes:
        told = line.removeprefix(self._for_people).removeprefix(self._as_it_is)
        logged = len(told) < len(line) or name == _IN_JSON
        if logged and _is_object(told):
            return told
        # The secret may be in it where two lines have become one
        return _as_object(name, told.replace(self.secret.encode(), b""))

    def _shown(self, line: bytes) -> list[bytes]:
        if line.startswith(self._for_people):
            return _for_people(line.removeprefix(self._for_people))
        return [line.removeprefix(self._as_it_is).replace(self.secret.encode(), b"")]

    def _prefix(self, text: str, colour: str) -> bytes:
        plain = text.encode()
        return b"\033[" + colour.encode() + b"m" + plain + _RESET + b" " if self._coloured else plain + b" "

    def _keep(self, objects: Sequence[bytes]) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._kept.write(_joined(objects))

    def _write(self, lines: Sequence[bytes]) -> None:
        data = _joined(lines)
        with self._lock, contextlib.suppress(OSError):
            while data:
                data = data[os.write(1, data) :]


def _joined(lines: Sequence[bytes]) -> bytes:
    """Each with its end."""
    return b"\n".join((*lines, b""))


def _for_people(told: bytes) -> list[bytes]:
    """What was logged as text, which is several lines where it has a traceback."""
    try:
        return as_text(json.loads(told)).encode("utf-8", "backslashreplace").split(b"\n")
    except (ValueError, KeyError):  # half a line, of a process that was killed
        return [told]


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def _as_object(name: str, line: bytes) -> bytes:
    text = line.decode("utf-8", "backslashreplace")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"timestamp": now, "level": "info", "process": name, "event": text}).encode()
