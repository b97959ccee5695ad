"""The embedded notifier: a cheap hint that the log may have grown."""

from __future__ import annotations

import threading
import time

from zato.host.logs import get_logger
from zato.odb.announcing import Announcements, Stamp, is_settled, stamp
from zato.odb.database import Database

AT_LEAST_EVERY_SECONDS = 0.9
"""What is not announced, as by a process that was killed after its commit or is of another release, is not overlooked
for longer than this by those that requests are served by.

What a worker does about once a second has this period: done in one turn it costs half of what it does in several.
"""
PATIENT_SECONDS = 2.0
"""The same of those that no request waits for."""
_LOOK_FOR_STOP_SECONDS = 0.25
_log = get_logger("zato.odb")


class ChangeNotifier:
    """Says whether looking into the log is worth it. It may say yes in vain; no change is missed for long.

    On SQLite it looks at the file's stamp, which takes microseconds; on other databases it always says yes and is to
    be asked less often. One object belongs to one thread.
    """

    def __init__(self, database: Database, at_least_every_seconds: float = AT_LEAST_EVERY_SECONDS) -> None:
        self._file = database.file
        self._seen: Stamp | None = None
        self._looked = 0.0
        self._announced: Announcements | None = None
        self._asks = False
        self._at_least_every_seconds = at_least_every_seconds
        self.interval_seconds = 0.14 if self._file is None else 0.02
        """How long to wait between two questions."""

    def changed(self) -> bool:
        """Whether the log may have grown since the last time this said yes."""
        if self._file is None:
            return True
        seen, now = stamp(self._file), time.monotonic()
        if seen == self._seen and now - self._looked < self._at_least_every_seconds:
            return False
        self._looked = now
        self._seen = seen if is_settled(seen) else None
        return True

    @property
    def announced(self) -> bool:
        """Whether something may have been announced that `changed` has not said yet; False on a server. It is cheap."""
        return self._file is not None and stamp(self._file) != self._seen

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when there is something to look at, when `stop` is set, or after so many seconds."""
        if self._file is None:
            stop.wait(seconds)
            return
        if self._seen is None:  # it has just changed, and another change may not show
            time.sleep(min(seconds, self.interval_seconds))
            return
        until = time.monotonic() + seconds
        announcements = self._announcements(self._file)
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            if announcements is None:
                time.sleep(min(left, self.interval_seconds))
            else:
                announcements.watch()
            if self.announced:
                return
            if announcements is not None:
                announcements.wait(min(left, _LOOK_FOR_STOP_SECONDS))

    def _announcements(self, file: str) -> Announcements | None:
        """Made by the thread that waits for them. None where there are none to be had: then it asks."""
        if self._announced is None and not self._asks:
            try:
                self._announced = Announcements(file)
            except OSError as error:
                self._asks = True
                _log.debug("Announcements of changes cannot be watched", reason=str(error))
        return self._announced

    def notify(self, revision: int) -> None:
        """Nothing: the change itself is what others see."""
