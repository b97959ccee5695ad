"""How soon processes that no request waits for hear of a change of the configuration."""

from __future__ import annotations

import threading

from zato.config.follower import Notifier

_INTERVAL_SECONDS = 0.1


class PatientNotifier:
    """The ODB's notifier, asked less often than servers ask it: agents and the singleton may be a moment late."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self.interval_seconds = max(_INTERVAL_SECONDS, notifier.interval_seconds)

    def changed(self) -> bool:
        return self._notifier.changed()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        stop.wait(seconds)
