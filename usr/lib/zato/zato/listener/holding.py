"""Whether what goes out is held: asked of the ODB, and remembered while that is away."""

from __future__ import annotations

import threading

from zato.core.clock import Clock
from zato.core.errors import Unavailable
from zato.host.logs import get_logger
from zato.odb.state import State

_AWAY_SECONDS = 5.0
_log = get_logger("zato.listener")


class Holding:
    """Threads may share it.

    While the ODB is away the last answer counts, and before the first one nothing is held. That is safe: a cluster that
    was restored is held before any of its processes starts, so the first answer says so.
    """

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._held = False
        self._not_before = 0.0
        self._asking = threading.Lock()

    def held(self) -> bool:
        """Whether it is held now."""
        with self._asking:
            return self._look()

    def _look(self) -> bool:
        now = self._clock.monotonic()
        if now < self._not_before:
            return self._held
        try:
            found = self._state.held()
        except Unavailable:
            self._not_before = now + _AWAY_SECONDS  # a question may take seconds, and others wait for the lock
            return self._held
        if found is not None and not self._held:
            _log.warning("Messages are held until somebody releases them", since=str(found.since), reason=found.reason)
        self._held = found is not None
        return self._held
