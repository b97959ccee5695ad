"""How processes of a machine tell one another that an SQLite ODB has other contents: by the stamp of its file.

What is written goes to SQLite's own log beside the file, heart-beats included, so that the log's stamp says nothing of
whether looking is worth it. The file itself is stamped by SQLite only where the log is copied into it, now and then.
"""

from __future__ import annotations

import contextlib
import os
import time

from inotify_simple import INotify, flags

# The kernel stamps files by its tick, 10 ms at the coarsest: of two announcements within one tick the second does not
# show, so a stamp this young does not count as known yet.
_SETTLED_SECONDS = 0.05

Stamp = tuple[int, int, int]


def announce(file: str) -> None:
    """After a commit, as before others would not find what they look for."""
    # Who may write to it may stamp it; a file that went meanwhile, or a disk that takes nothing, is found out elsewhere
    with contextlib.suppress(OSError):
        os.utime(file)


def stamp(file: str) -> Stamp | None:
    """Another one after each announcement, and for another file. None where there is none."""
    try:
        status = os.stat(file)  # noqa: PTH116 - fifty times a second in every worker
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def is_settled(seen: Stamp | None) -> bool:
    """Whether the next announcement shows in any case."""
    return seen is None or abs(time.time_ns() - seen[0]) > _SETTLED_SECONDS * 1e9


class Announcements:
    """Has one thread wait for them without asking again and again."""

    def __init__(self, file: str) -> None:
        """Raises OSError where this machine's user has as many watches as it may."""
        self._file = file
        self._watch = INotify()

    def watch(self) -> None:
        """What is announced from now on ends a `wait`. Again and again, as the file may be exchanged for another."""
        with contextlib.suppress(OSError):  # there is none: whoever waits asks in the end
            self._watch.add_watch(self._file, flags.ATTRIB | flags.MOVE_SELF | flags.DELETE_SELF)

    def wait(self, seconds: float) -> None:
        """Returns with an announcement, or after so many seconds."""
        self._watch.read(timeout=seconds * 1000)
