"""A clock that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SetClock:
    """Stands still until it is told to go on."""

    def __init__(self, time: datetime | None = None) -> None:
        """It shows this time, or that of the start."""
        self.time = time or datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def advance(self, time: timedelta | float) -> None:
        """By so much, or by so many seconds."""
        self.time += time if isinstance(time, timedelta) else timedelta(seconds=time)
