"""How much of the processors threads use, or would use if they were not others' at the moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_TASKS = Path("/proc/self/task")
_NANOSECONDS = 1e-9

T = TypeVar("T", bound=threading.Thread)


class Demand:
    """Of threads between one look and the next. What is left of a thread's time it waits for something else."""

    def __init__(self, tasks: Path = _TASKS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._tasks = tasks
        self._monotonic = monotonic
        self._looked = monotonic()
        self._before: dict[int, float] = {}

    def since(self, threads: Iterable[T]) -> tuple[dict[T, float], float]:
        """Seconds that each of them wanted since the last look, if it was looked at then, and how long ago that is."""
        found: dict[T, float] = {}
        now: dict[int, float] = {}
        looked, self._looked = self._looked, self._monotonic()
        for thread in threads:
            number = thread.native_id
            if number is None:  # it was told to start, and has not yet
                continue
            with suppress(OSError):  # it has ended
                now[number] = self._seconds(number)
                if number in self._before:
                    # A number is given again to another thread
                    found[thread] = max(0.0, now[number] - self._before[number])
        self._before = now
        return found, self._looked - looked

    def _seconds(self, number: int) -> float:
        # proc(5): time on a processor, time in its queue, turns
        used, queued, _ = (self._tasks / str(number) / "schedstat").read_bytes().split()
        return (int(used) + int(queued)) * _NANOSECONDS
