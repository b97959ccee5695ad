"""The embedded notifier: a cheap hint that the log may have grown."""

from __future__ import annotations

import os
import threading
import time

from zato.odb.database import Database

# The kernel stamps files by its tick, 10 ms at the coarsest: a second write within one tick may change neither time
# nor size, so a stamp this young does not count as known yet.
_SETTLED_SECONDS = 0.05
# Whatever else might keep a write from showing in the stamps, no change is overlooked for longer than this
_AT_LEAST_EVERY_SECONDS = 1.0

_Signature = tuple[tuple[int, int, int] | None, ...]


class ChangeNotifier:
    """Says whether looking into the log is worth it. It may say yes in vain; a change is never missed for over 1 s.

    On SQLite it looks at the files' stamps, which takes microseconds; on other databases it always says yes and is to
    be asked less often. One object belongs to one thread.
    """

    def __init__(self, database: Database) -> None:
        file = database.file
        self._paths = () if file is None else (f"{file}-wal", file)
        self._seen: _Signature | None = None
        self._looked = 0.0
        self.interval_seconds = 0.2 if file is None else 0.02
        """How long to wait between two questions."""

    def changed(self) -> bool:
        """Whether the log may have grown since the last time this said yes."""
        if not self._paths:
            return True
        signature = tuple(_stamp(path) for path in self._paths)
        now = time.monotonic()
        if signature == self._seen and now - self._looked < _AT_LEAST_EVERY_SECONDS:
            return False
        self._looked = now
        self._seen = signature if _is_settled(signature) else None
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when `stop` is set or after so many seconds: it is asked, and says nothing by itself."""
        stop.wait(seconds)

    def notify(self, revision: int) -> None:
        """Nothing: the change itself is what others see."""


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - fifty times a second in every process
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _is_settled(signature: _Signature) -> bool:
    youngest_ns = max((stamp[0] for stamp in signature if stamp is not None), default=0)
    return abs(time.time_ns() - youngest_ns) > _SETTLED_SECONDS * 1e9
