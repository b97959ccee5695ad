"""How many threads a worker should have: a decision from what was seen, without I/O."""

from __future__ import annotations

from collections.abc import Callable

from zato.server.one_thread import OneThread
from zato.server.tick import Tick

FEW = 4
"""So many threads there are where nothing speaks for more or for one."""
_WINDOW_SECONDS = 0.5
# Of one core: below the first, a worker with connections to accept is waiting for other systems; above the second, it
# computes. With HAProxy and lighttpd on the same cores it gets little over a third of one when all are fully busy
_WAITING_SHARE = 0.18
_COMPUTING_SHARE = 0.28


class Sizing:
    """Grows at once where threads wait for other systems, and shrinks within seconds where they compute or idle.

    Threads that compute take turns with one another, and each turn costs: four of them answer a quarter more requests
    a second than thirty. So more threads are for waiting only, and one is enough where nothing waits (OneThread).
    """

    def __init__(self, most: int, demand: Callable[[], float]) -> None:
        """`demand`: see OneThread."""
        self._most = most
        self._one_thread = OneThread(demand)
        self._begin()

    def _begin(self) -> None:
        self._seconds = 0.0
        self._cpu_seconds = 0.0
        self._busiest = 0
        self._slowest = 0
        self._crowded_seconds = 0.0

    @property
    def few(self) -> int:
        """How many threads there are while there are no requests."""
        return min(FEW, self._most)

    @property
    def least(self) -> int:
        """How many threads stay, whatever is seen."""
        return 1 if self._one_thread.enough else self.few

    def limit(self, most: int) -> None:
        """Sets how many threads there may be at most."""
        self._most = most

    def rest(self, threads: int) -> int:
        """How many threads to add while there are no requests, so that the next ones need not wait for one another."""
        if not self._one_thread.enough:
            return 0
        self._one_thread.forget()
        return self.few - threads

    def change(self, seen: Tick) -> int:
        """How many threads to add, or, below zero, to end."""
        if seen.threads > self._most:
            self._begin()
            return self._most - seen.threads
        if seen.threads > self.few:
            self._one_thread.forget()
        else:
            self._one_thread.see(seen)
            if seen.threads < self.few or self._one_thread.enough:
                self._begin()
                return self.least - seen.threads
        self._seconds += seen.seconds
        self._cpu_seconds += seen.cpu_seconds
        self._busiest = max(self._busiest, seen.threads - seen.idle)
        self._slowest = max(self._slowest, seen.slow)
        crowded = seen.waiting and seen.idle == 0
        self._crowded_seconds += seen.seconds * crowded
        waits = seen.cpu_seconds < _WAITING_SHARE * seen.seconds or seen.slow * 4 >= seen.threads * 3
        if crowded and waits and seen.finished < seen.threads:
            self._begin()
            return self._more(seen.threads)
        if self._seconds < _WINDOW_SECONDS:
            return 0
        change = self._at_the_end_of_a_window(seen.threads)
        self._begin()
        return change

    def _at_the_end_of_a_window(self, threads: int) -> int:
        share = self._cpu_seconds / self._seconds
        if self._crowded_seconds * 2 > self._seconds and share < _WAITING_SHARE:
            return self._more(threads)
        quick = threads - self._slowest
        if share >= _COMPUTING_SHARE and quick > self.few:
            return self._fewer(threads, self._slowest + max(self.few, quick * 3 // 4))
        if threads > 2 * self._busiest:
            return self._fewer(threads, self._busiest * 3 // 2)
        return 0

    def _more(self, threads: int) -> int:
        return max(0, min(threads, self._most - threads))

    def _fewer(self, threads: int, wanted: int) -> int:
        return min(0, max(wanted, self.few) - threads)
