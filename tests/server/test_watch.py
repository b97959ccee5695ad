"""What is seen of a worker's threads, with threads but without a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.waiting import until
from zato.server.threads import RequestThread, RequestThreads
from zato.server.tick import LASTING_SECONDS, SLOW_SECONDS, TICK_SECONDS
from zato.server.watch import ThreadWatch

FEW = 4
LOOK_SECONDS = 2 * LASTING_SECONDS


class Thread(threading.Thread):
    """One of a pool, or of another."""

    def __init__(self, pool: object, work: Any) -> None:
        super().__init__(target=work)
        self.pool = pool


class Worker:
    """What a watch is given of one, with a single thread that has a request."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.active: dict[RequestThread, Any] = {}
        self.finished = 0
        self.pool = SimpleNamespace(count=1, idle=0, members=())
        self.watch = ThreadWatch(cast(RequestThreads, self.pool), self.active, (), lambda: self.finished)
        self._threads: list[Thread] = []

    def serves(self, work: Any, *, pool: object = None, waits: bool = False) -> None:
        """A thread has a request from now on."""
        thread = Thread(self.pool if pool is None else pool, work)
        thread.start()
        self._threads.append(thread)
        self.active[cast(RequestThread, thread)] = SimpleNamespace(started=time.monotonic(), waits=waits)

    def compute(self) -> None:
        while not self.end.is_set():
            pass

    def blocked(self) -> int:
        """How many threads that have just got a request the second look finds that others are needed beside."""
        for active in self.active.values():
            active.started = time.monotonic()
        for _ in range(2):
            time.sleep(LOOK_SECONDS)
            found = self.watch.seen(0, FEW).blocked
        return found

    def stop(self) -> None:
        self.end.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.stop()


def test_a_thread_that_waits_is_found_with_the_second_look(worker: Worker) -> None:
    worker.serves(worker.end.wait)
    assert worker.blocked() == 1


def test_a_thread_that_computes_is_not(worker: Worker) -> None:
    worker.serves(worker.compute)
    # On a busy machine it waits for this thread now and then, which has the interpreter's lock and no processor
    until(lambda: worker.blocked() == 0)


def test_whatever_a_thread_does_for_long_others_are_needed_beside_it(worker: Worker) -> None:
    worker.serves(worker.compute)
    time.sleep(SLOW_SECONDS)
    assert worker.watch.seen(0, FEW).blocked == 1


def test_threads_of_other_doors_and_those_that_others_have_taken_the_place_of_do_not_count(worker: Worker) -> None:
    worker.serves(worker.end.wait, pool=object())
    worker.serves(worker.end.wait, waits=True)
    assert worker.blocked() == 0


def test_a_pause_ends_when_the_one_thread_finishes_nothing(worker: Worker) -> None:
    worker.serves(worker.end.wait)
    assert paused(worker) < TICK_SECONDS
    worker.pool.count = FEW
    assert paused(worker) >= TICK_SECONDS


def paused(worker: Worker) -> float:
    """The shortest of some pauses: a busy machine may make any of them longer."""
    seconds = []
    for _ in range(20):
        began = time.monotonic()
        worker.watch.pause(FEW)
        seconds.append(time.monotonic() - began)
    return min(seconds)


def test_a_tick_has_what_happened_since_the_one_before(worker: Worker) -> None:
    worker.finished = 7
    assert worker.watch.seen(0, FEW).finished == 7
    worker.finished = 9
    seen = worker.watch.seen(3, FEW)
    assert (seen.finished, seen.slow, seen.threads, seen.idle, seen.waiting) == (2, 3, 1, 0, False)
