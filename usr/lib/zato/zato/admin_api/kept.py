"""How much the ODB keeps, as of the last minute: it is asked for by status and by each scrape."""

from __future__ import annotations

import threading
from contextlib import suppress

from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.kept import AUDIT, DEAD_LETTERS, DEPLOYMENTS, HISTORY, Kept, kept

_FRESH_SECONDS = 60.0
_FIRST_SECONDS = 1.0


def days_of(cluster: ClusterSettings) -> dict[str, int]:
    """For how many days each is kept, 0 for ever; nothing on a machine whose settings do not count."""
    if cluster.has_joined:
        return {}
    return {
        AUDIT: cluster.audit_days,
        HISTORY: cluster.history_days,
        DEAD_LETTERS: cluster.dead_letter_days,
        DEPLOYMENTS: cluster.deployment_days,
    }


class KeptFigures:
    """Of one worker, whose threads share it. They are counted beside whoever asks: a large ODB takes long for that."""

    def __init__(self, database: Database, clock: Clock, *, first_seconds: float = _FIRST_SECONDS) -> None:
        """Where there are none yet, they are waited for, `first_seconds` at most."""
        self._database = database
        self._clock = clock
        self._first_seconds = first_seconds
        self._lock = threading.Lock()
        self._counted = threading.Event()
        self._counting = False
        self._at: float | None = None
        self._last: Kept | None = None
        self._error: ZatoError | None = None

    def current(self) -> Kept | None:
        """Those that were counted last, None before the first ones are. Older than a minute, they are counted anew.

        Raises Unavailable where the ODB was away when they were to be counted last.
        """
        with self._lock:
            now = self._clock.monotonic()
            fresh = self._at is not None and now - self._at <= _FRESH_SECONDS and self._error is None
            if not fresh and not self._counting:
                # Where there may be no more threads, the next who asks tries again, and these stay
                with suppress(RuntimeError, MemoryError):
                    threading.Thread(target=self._count, args=(now,), name="kept", daemon=True).start()
                    self._counting = True
        self._counted.wait(self._first_seconds)
        with self._lock:
            if self._error is not None:
                raise self._error
            return self._last

    def _count(self, now: float) -> None:
        found, failure = self._last, None
        try:
            found = kept(self._database)
        except ZatoError as error:
            failure = error
        finally:  # whatever was raised, those who ask later have them counted again
            with self._lock:
                self._at, self._last, self._error, self._counting = now, found, failure, False
            self._counted.set()
