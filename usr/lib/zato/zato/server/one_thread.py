"""When one thread of a worker does better than several: a decision from what was seen, without I/O."""

from __future__ import annotations

from collections.abc import Callable

from zato.server.tick import Tick

_WINDOW_SECONDS = 0.5
# One thread is looked at sooner: what it costs where services wait is over before anybody notices
_FIRST_SECONDS = 0.1
_REQUESTS_A_SECOND = 100
_BUSY_SHARE = 0.8
_WAITING_SHARE = 0.5
_PAUSE_WINDOWS = 1
_PAUSE_WINDOWS_MAX = 32
_PROVEN_SECONDS = 10.0


class OneThread:
    """Threads that compute take turns at the interpreter's lock, and each turn costs: one has none to take.

    So where requests come all the time and none of them waits, one thread takes them all. It is found out by trying:
    whether several wait for other systems or for one another cannot be told from outside. As soon as the one
    waits, there are several again; the next try comes later each time.
    """

    def __init__(self, demand: Callable[[], float]) -> None:
        """`demand` is the seconds for which threads used a processor, or waited for one, since it was last asked."""
        self._demand = demand
        self.enough = False
        """Whether there is to be one thread."""
        self._pause = _PAUSE_WINDOWS
        self._left = 0
        self._served = 0.0
        self._begin()

    def _begin(self) -> None:
        self._seconds = 0.0
        self._busy_seconds = 0.0
        self._finished = 0

    def see(self, seen: Tick) -> None:
        """Decides anew."""
        self._seconds += seen.seconds
        self._busy_seconds += seen.seconds * (seen.threads - seen.idle)
        self._finished += seen.finished
        if self.enough and seen.blocked >= seen.threads:
            self._several()
        elif self._seconds >= (_FIRST_SECONDS if self.enough and not self._served else _WINDOW_SECONDS):
            self._at_the_end_of_a_window()

    def forget(self) -> None:
        """There is to be more than one thread, for services that wait, or there are no requests."""
        self.enough = False
        self._begin()

    def _at_the_end_of_a_window(self) -> None:
        seconds = self._seconds
        loaded = self._finished >= _REQUESTS_A_SECOND * seconds
        if self.enough:
            self._served += seconds
            if self._served >= _PROVEN_SECONDS:
                self._pause = _PAUSE_WINDOWS
            demand = self._demand()
            if self._busy_seconds >= _BUSY_SHARE * seconds and demand < _WAITING_SHARE * seconds:
                self._several()
            elif not loaded:
                self.enough = False
        elif self._left > 0:
            self._left -= 1
        elif loaded:
            self.enough, self._served = True, 0.0
            self._demand()  # from now on
        self._begin()

    def _several(self) -> None:
        self.enough = False
        self._left = self._pause
        self._pause = min(_PAUSE_WINDOWS_MAX, 2 * self._pause)
        self._begin()
