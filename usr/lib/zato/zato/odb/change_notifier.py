"""The embedded notifier: a cheap hint that the log may have grown."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from zato.host.logs import get_logger
from zato.odb.announcing import Announcements, Stamp, is_settled, stamp
from zato.odb.database import Database

AT_LEAST_EVERY_SECONDS = 0.9
"""What a worker does about once a second has this period: done in one turn it costs half of what it does in several."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often somebody asks whether the log has grown."""

    unannounced_seconds: float
    """What is not announced, as by a process that was killed after its commit or is of another release, is not
    overlooked for longer than this. Of an SQLite ODB, where all else is announced."""
    interval_seconds: float
    """Between two questions to a server, which announces nothing. It answers with a statement."""


PROMPT = Patience(AT_LEAST_EVERY_SECONDS, 0.1)
"""Of those that requests are served by."""
PATIENT = Patience(2.0, 0.2)
"""Of those that no request waits for."""
_FILE_SECONDS = 0.02
# As long as a turn of those who wait. Whoever is to end sooner waits for a shorter time
_LOOK_FOR_STOP_SECONDS = AT_LEAST_EVERY_SECONDS
_log = get_logger("zato.odb")


class ChangeNotifier:
    """Says whether looking into the log is worth it. It may say yes in vain; no change is missed for long.

    On SQLite it looks at the file's stamp, which takes microseconds; on other databases it says yes each time that
    `patience` is at an end. One object belongs to one thread.
    """

    def __init__(
        self, database: Database, patience: Patience = PROMPT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = database.file
        self._patience = patience
        self._clock = clock
        self._seen: Stamp | None = None
        self._looked = -math.inf
        self._announced: Announcements | None = None
        self._asks = False
        self.interval_seconds = patience.interval_seconds if self._file is None else _FILE_SECONDS
        """How long to wait between two questions."""

    def changed(self) -> bool:
        """Whether the log may have grown since the last time this said yes."""
        now = self._clock()
        if self._file is None:
            if now - self._looked < self.interval_seconds:
                return False
            self._looked = now
            return True
        seen = stamp(self._file)
        if seen == self._seen and now - self._looked < self._patience.unannounced_seconds:
            return False
        self._looked = now
        self._seen = seen if is_settled(seen) else None
        return True

    @property
    def announced(self) -> bool:
        """Whether something may have been announced that `changed` has not said yet; False on a server. It is cheap."""
        return self._file is not None and stamp(self._file) != self._seen

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when there is something to look at, or a server to be asked again, when `stop` is set, or after so
        many seconds.
        """
        if self._file is None:
            stop.wait(min(seconds, self.interval_seconds))
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
