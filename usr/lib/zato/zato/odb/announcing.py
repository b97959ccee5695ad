"""How processes of a machine tell one another that an SQLite ODB has other contents: by the stamp of its file.

What is written goes to SQLite's own log beside the file, heart-beats included, so that the log's stamp says nothing of
whether looking is worth it. The file itself is stamped by SQLite only where the log is copied into it, now and then.
"""

from __future__ import annotations

import contextlib
import os
import time

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
