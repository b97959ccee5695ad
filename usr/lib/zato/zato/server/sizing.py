"""How many threads a worker should have: a decision from what was seen, without I/O."""

from __future__ import annotations

from dataclasses import dataclass

TICK_SECONDS = 0.02
_WINDOW_TICKS = 25
# Of one core: below the first, a worker with connections to accept is waiting for other systems; above the second, it
# computes. With HAProxy and lighttpd on the same cores it gets little over a third of one when all are fully busy
_WAITING_SHARE = 0.18
_COMPUTING_SHARE = 0.28
SLOW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Tick:
    """What was seen in one tick: `finished` requests, `cpu_seconds` used by the process, `waiting` connections.

    `slow` threads have had the same request for over SLOW_SECONDS.
    """

    threads: int
    idle: int
    slow: int
    finished: int
    cpu_seconds: float
    waiting: bool


class Sizing:
    """Grows at once where threads wait for other systems, and shrinks within seconds where they compute or idle.

    Threads that compute take turns with one another, and each turn costs: four of them answer a quarter more requests
    a second than thirty. So more threads are for waiting only.
    """

    def __init__(self, *, least: int, most: int) -> None:
        self._least = min(least, most)
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._ticks = 0
        self._finished = 0
        self._cpu_seconds = 0.0
        self._busiest = 0
        self._slowest = 0
        self._crowded = 0

    @property
    def least(self) -> int:
        """How many threads stay, whatever is seen."""
        return self._least

    def limit(self, most: int) -> None:
        """Sets how many threads there may be at most."""
        self._most = most
        self._least = min(self._least, most)

    def change(self, seen: Tick) -> int:
        """How many threads to add, or, below zero, to end."""
        if seen.threads > self._most:
            self._begin()
            return self._most - seen.threads
        self._ticks += 1
        self._finished += seen.finished
        self._cpu_seconds += seen.cpu_seconds
        self._busiest = max(self._busiest, seen.threads - seen.idle)
        self._slowest = max(self._slowest, seen.slow)
        crowded = seen.waiting and seen.idle == 0
        self._crowded += crowded
        waits = seen.cpu_seconds < _WAITING_SHARE * TICK_SECONDS or seen.slow * 4 >= seen.threads * 3
        if crowded and waits and seen.finished < seen.threads:
            self._begin()
            return self._more(seen.threads)
        if self._ticks < _WINDOW_TICKS:
            return 0
        change = self._at_the_end_of_a_window(seen.threads)
        self._begin()
        return change

    def _at_the_end_of_a_window(self, threads: int) -> int:
        share = self._cpu_seconds / (self._ticks * TICK_SECONDS)
        if self._crowded * 2 > self._ticks and share < _WAITING_SHARE:
            return self._more(threads)
        quick = threads - self._slowest
        if share >= _COMPUTING_SHARE and quick > self._least:
            return self._fewer(threads, self._slowest + max(self._least, quick * 3 // 4))
        if threads > 2 * self._busiest:
            return self._fewer(threads, self._busiest * 3 // 2)
        return 0

    def _more(self, threads: int) -> int:
        return max(0, min(threads, self._most - threads))

    def _fewer(self, threads: int, wanted: int) -> int:
        return min(0, max(wanted, self._least) - threads)
