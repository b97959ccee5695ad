"""How soon processes that no request waits for hear of a change of the configuration."""

from __future__ import annotations

import threading

from zato.config.listener import Bell

_INTERVAL_SECONDS = 0.1


class PatientBell:
    """The ODB's doorbell, asked less often than servers ask it: agents and the singleton may be a moment late."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self.interval_seconds = max(_INTERVAL_SECONDS, bell.interval_seconds)

    def changed(self) -> bool:
        return self._bell.changed()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        self._bell.wait(stop, seconds)
