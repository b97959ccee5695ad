"""Time in which a process did not run: it was stopped (SIGSTOP), or the machine stood still with its clock going on.

What such a process finds overdue when it goes on is not late: nobody had a chance to do it.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Standstill:
    """Watches a loop that turns all the time, or within `usual_seconds` at most."""

    def __init__(
        self,
        usual_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`worked` is the processor time of what may keep the loop from turning: who computes does not stand still."""
        self._usual = usual_seconds
        self._clock = clock
        self._worked_by_now = worked
        self._last = clock()
        self._worked = worked()

    def turn(self) -> float:
        """Called with each turn. How many seconds the process has stood still since the last one; 0 as a rule."""
        now, worked = self._clock(), self._worked_by_now()
        still = now - self._last - (worked - self._worked)
        self._last, self._worked = now, worked
        return still if still > self._usual else 0.0
