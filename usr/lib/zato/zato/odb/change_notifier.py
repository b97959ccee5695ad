"""The embedded notifier: a cheap hint that the log may have grown."""

from __future__ import annotations

import threading
import time

from zato.odb.announcing import Stamp, is_settled, stamp
from zato.odb.database import Database

# What is not announced, as by a process that was killed after its commit or is of another release, is not overlooked
# for longer than this
_AT_LEAST_EVERY_SECONDS = 0.8


class ChangeNotifier:
    """Says whether looking into the log is worth it. It may say yes in vain; a change is never missed for over 1 s.

    On SQLite it looks at the file's stamp, which takes microseconds; on other databases it always says yes and is to
    be asked less often. One object belongs to one thread.
    """

    def __init__(self, database: Database) -> None:
        self._file = database.file
        self._seen: Stamp | None = None
        self._looked = 0.0
        self.interval_seconds = 0.2 if self._file is None else 0.02
        """How long to wait between two questions."""

    def changed(self) -> bool:
        """Whether the log may have grown since the last time this said yes."""
        if self._file is None:
            return True
        seen, now = stamp(self._file), time.monotonic()
        if seen == self._seen and now - self._looked < _AT_LEAST_EVERY_SECONDS:
            return False
        self._looked = now
        self._seen = seen if is_settled(seen) else None
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when there is something to look at, when `stop` is set, or after so many seconds."""
        if self._file is None:
            stop.wait(seconds)
            return
        # With as little as possible in each turn: every worker does this all the time
        until = time.monotonic() + seconds
        while not stop.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, self.interval_seconds))
            if stamp(self._file) != self._seen:
                return

    def notify(self, revision: int) -> None:
        """Nothing: the change itself is what others see."""
