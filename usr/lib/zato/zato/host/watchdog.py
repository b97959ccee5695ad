"""systemd is told that a process works, and notices when it no longer does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from zato.core.clock import Clock
from zato.host.systemd import notify

_EVERY_SECONDS = 1.0


class Watchdog:
    """Called in the loop that matters, as often as it turns; tells systemd once a second."""

    def __init__(self, clock: Clock, tell: Callable[[str], None] | None = None) -> None:
        """`tell` gets what systemd is to know; without systemd nobody does."""
        self._clock = clock
        self._tell = tell or _notify
        self._next = clock.monotonic()

    def ready(self) -> None:
        """From now on others may rely on this process."""
        self._tell("READY=1")

    def turn(self) -> None:
        """The loop has turned once more."""
        now = self._clock.monotonic()
        if now >= self._next:
            self._next = now + _EVERY_SECONDS
            self._tell("WATCHDOG=1")


def _notify(state: str) -> None:
    with suppress(OSError):  # it works on all the same, and says so again in a second
        notify(state)
