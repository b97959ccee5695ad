"""The snapshot that requests are served from, and the moment at which all workers move on to the next one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

LATEST_SECONDS = 5.0
"""Far longer than the notice that all workers get of a switch."""


class Switch(Generic[T]):
    """Holds the current value and at most one later one that takes its place at a given wall-clock time.

    The time is compared where a request starts, so all workers of a machine switch at the same instant, however busy
    they are. One thread sets, any number of threads read. A clock that is put back, or another machine's that is ahead,
    delays nothing for longer than `LATEST_SECONDS`.
    """

    def __init__(
        self, value: T, clock: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._current = value
        self._next: tuple[float, float, T] | None = None
        self._clock = clock
        self._steady = steady

    def current(self) -> T:
        """The value for a request that starts now. Only reads, so it cannot undo what `set` does at the same time."""
        following = self._next
        if following is not None and (self._clock() >= following[0] or self._steady() >= following[1]):
            return following[2]
        return self._current

    def set(self, value: T, at: float = 0.0) -> None:
        """Make `value` current at `at` (seconds since the epoch), at once if that is past. Waits for a pending one."""
        following = self._next
        if following is not None:
            time.sleep(max(0.0, min(following[0] - self._clock(), following[1] - self._steady())))
            # Before `_next` is replaced: a reader in between finds one or the other, never what was before both.
            self._current = following[2]
        self._next = (at, self._steady() + LATEST_SECONDS, value)
