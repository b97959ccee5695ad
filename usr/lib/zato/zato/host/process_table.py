"""Processes of this machine: what /proc/PID/stat (proc(5)) says is read here and nowhere else.

Not by psutil, which takes 5 MB of each process that imports it, for what costs half of its time here (ADR 40).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
# The second field, the command's name, may have anything in it: fields are counted from the third one
_STATE, _PARENT, _GROUP, _SESSION, _CPU, _THREADS, _RESIDENT = 0, 1, 2, 3, slice(11, 15), 17, 21


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment."""

    pid: int
    parent: int
    group: int
    session: int
    ended: bool
    """It waits for its parent to look, or is about to."""
    threads: int
    cpu_seconds: float
    """With that of its children that have ended."""
    resident_bytes: int


def process(pid: int, proc: Path = PROC) -> Process | None:
    """None where there is none, or this process may not open another file."""
    try:
        text = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return Process(
        pid,
        parent=int(fields[_PARENT]),
        group=int(fields[_GROUP]),
        session=int(fields[_SESSION]),
        ended=fields[_STATE] in "ZX",
        threads=int(fields[_THREADS]),
        cpu_seconds=sum(map(int, fields[_CPU])) / _TICKS,
        resident_bytes=int(fields[_RESIDENT]) * _PAGE_BYTES,
    )


def processes(proc: Path = PROC) -> Iterator[Process]:
    """All of them, each as it is when it is reached."""
    for entry in proc.iterdir():
        if entry.name.isdecimal():
            found = process(int(entry.name), proc)
            if found is not None:
                yield found


def descendants(pid: int) -> list[Process]:
    """All processes below `pid` that have not ended."""
    children: dict[int, list[Process]] = {}
    for each in processes():
        if not each.ended:
            children.setdefault(each.parent, []).append(each)
    found: list[Process] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += [each.pid for each in below]
    return found


def threads_of_user() -> int:
    """How many threads all processes of this user have."""
    count = 0
    for each in processes():
        with contextlib.suppress(OSError):
            if (PROC / str(each.pid)).stat().st_uid == os.getuid():
                count += each.threads
    return count
