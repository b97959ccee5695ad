"""How much the ODB keeps, as of the last minute: it is asked for by status and by each scrape."""

from __future__ import annotations

import threading

from zato.core.clock import Clock
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.kept import AUDIT, DEAD_LETTERS, DEPLOYMENTS, HISTORY, Kept, kept

_FRESH_SECONDS = 60.0


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
    """Of one worker, whose threads share it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[float, Kept] | None = None

    def current(self) -> Kept:
        """Raises Unavailable where the ODB is away, and these are older than a minute."""
        with self._lock:
            now = self._clock.monotonic()
            if self._last is None or now - self._last[0] > _FRESH_SECONDS:
                self._last = now, kept(self._database)
            return self._last[1]
