"""What ps shows of a process that was not executed with the command line that says best what it is."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

# Numbers of fields in /proc/PID/stat, see proc(5)
_STATE, _ARG_START, _ARG_END = 3, 48, 49


def show_command(words: Sequence[str]) -> None:
    """From now on ps shows this command line, as far as there is room: that is what this process was executed with."""
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    start, end = (int(fields[number - _STATE]) for number in (_ARG_START, _ARG_END))
    # The kernel shows the environment as well where the last byte is none
    room = end - start - 1
    if room > 0:
        text = b"\0".join(word.encode("utf-8", "surrogateescape") for word in words)
        ctypes.memmove(start, text[:room].ljust(room + 1, b"\0"), room + 1)
