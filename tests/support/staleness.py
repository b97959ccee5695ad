"""The clock and the looks of a worker that may be behind."""

from __future__ import annotations

from zato.serving.staleness import (
    Staleness,
)


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def look(worker: Staleness, *, answered: bool = True) -> None:
    worker.look_begins()
    worker.look_ends(answered=answered)


def pass_time(clock: Clock, seconds: float, *workers: Staleness) -> None:
    """It passes, and the workers run."""
    for _ in range(round(seconds)):
        clock.seconds += 1
        for each in workers:
            each.beat()
