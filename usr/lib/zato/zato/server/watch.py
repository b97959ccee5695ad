"""The look at request threads, each tick, that their number is decided by."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable, Mapping

from zato.server.demand import Demand
from zato.server.threads import RequestThread, RequestThreads
from zato.server.tick import LASTING_SECONDS, SLOW_SECONDS, TICK_SECONDS, Tick
from zato.serving.active_request import ActiveRequest

_LOOKS = round(TICK_SECONDS / LASTING_SECONDS)


class ThreadWatch:
    """Of one pool. `active` has the threads that have a request, `doors` are the descriptors connections come in at.

    `finished` says how many requests there have been.
    """

    def __init__(
        self,
        threads: RequestThreads,
        active: Mapping[RequestThread, ActiveRequest],
        doors: Iterable[int],
        finished: Callable[[], int],
    ) -> None:
        self._threads = threads
        self._active = active
        self._finished = finished
        self._waiting = select.poll()
        for door in doors:
            self._waiting.register(door, select.POLLIN)
        self._window, self._lasting = Demand(), Demand()
        self.begin()

    def begin(self) -> None:
        """A tick begins. What was before it says nothing of how busy the threads are."""
        self._began = time.monotonic()
        self._cpu_seconds = time.process_time()
        self._before = self._finished()

    def pause(self, few: int) -> None:
        """Sleep for a tick. Where there are fewer threads than `few`, for as long only as they finish something."""
        if self._threads.count >= few:
            time.sleep(TICK_SECONDS)
            return
        for _ in range(_LOOKS):
            before = self._finished()
            time.sleep(LASTING_SECONDS)
            if self._active and self._finished() == before:
                return

    def seen(self, slow: int, few: int) -> Tick:
        """The tick that ends now; the next one begins."""
        began, cpu_seconds, before = self._began, self._cpu_seconds, self._before
        self.begin()
        threads = self._threads.count
        return Tick(
            seconds=self._began - began,
            threads=threads,
            idle=self._threads.idle,
            slow=slow,
            finished=self._before - before,
            cpu_seconds=self._cpu_seconds - cpu_seconds,
            waiting=bool(self._waiting.poll(0)),
            blocked=self._blocked() if threads < few else 0,
        )

    def demand(self) -> float:
        """The seconds for which threads have used a processor, or waited for one, since this was last asked."""
        wanted, _ = self._window.since(self._threads.members)
        return sum(wanted.values())

    def _blocked(self) -> int:
        """It takes two looks: what a thread waits for is told by what it wanted between them."""
        lasting = {
            thread: self._began - active.started
            for thread, active in list(self._active.items())
            if thread.pool is self._threads and not active.waits and self._began - active.started >= LASTING_SECONDS
        }
        wanted, seconds = self._lasting.since(lasting)
        return sum(
            lasts > SLOW_SECONDS or (lasts >= seconds and wanted.get(thread, seconds) * 2 < seconds)
            for thread, lasts in lasting.items()
        )
