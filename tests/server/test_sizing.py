"""How the number of threads follows what a worker does, played out without a worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zato.server.sizing import FEW, Sizing
from zato.server.tick import LASTING_SECONDS, SLOW_SECONDS, TICK_SECONDS, Tick

Load = Callable[[int], Tick]


def ticked(threads: int, idle: int, slow: int, finished: int, used: float, waiting: bool, blocked: int = 0) -> Tick:
    return Tick(
        seconds=TICK_SECONDS,
        threads=threads,
        idle=idle,
        slow=slow,
        finished=finished,
        cpu_seconds=used,
        waiting=waiting,
        blocked=blocked,
    )


def new_sizing(most: int = 512, demand: float = 1.0) -> Sizing:
    """Of a worker whose threads use a processor, or wait for one, for so much of the time."""
    return Sizing(most, lambda: demand)


def waits(seconds: float, clients: int) -> Load:
    """A service that waits for another system; so many clients each ask again as soon as they are answered."""

    def tick(threads: int) -> Tick:
        busy = min(threads, clients)
        finished = round(busy * TICK_SECONDS / seconds)
        slow = busy if seconds > SLOW_SECONDS else 0
        blocked = busy if seconds > LASTING_SECONDS and threads < FEW else 0
        return ticked(threads, threads - busy, slow, finished, finished * 0.00007, clients > threads, blocked)

    return tick


def computes(each_seconds: float, clients: int) -> Load:
    """A service that computes, on two fifths of a core, which is what its worker gets."""

    def tick(threads: int) -> Tick:
        busy = min(threads, clients)
        used = TICK_SECONDS * 0.4
        return ticked(threads, threads - busy, 0, round(used / each_seconds), used, clients > threads)

    return tick


def nothing(threads: int) -> Tick:
    return ticked(threads, threads, 0, 0, 0.0, False)


def after(seconds: float, load: Load, threads: int, demand: float = 1.0) -> int:
    sizing = new_sizing(demand=demand)
    for _ in range(round(seconds / TICK_SECONDS)):
        threads += sizing.change(load(threads))
        assert 1 <= threads <= 512
    return threads


def test_a_burst_of_slow_requests_gets_its_threads_at_once() -> None:
    assert after(0.2, waits(1.0, 500), FEW, 0.0) >= 500


@pytest.mark.parametrize("milliseconds", [1, 2, 5, 10, 20, 50, 100])
def test_services_that_wait_get_more_threads_until_a_core_has_something_to_do(milliseconds: int) -> None:
    threads = after(5, waits(milliseconds / 1000, 1000), FEW, 0.0)
    assert threads * 1000 / milliseconds >= 1600


@pytest.mark.parametrize("clients", [1, 4, 64])
def test_services_that_compute_get_one_thread(clients: int) -> None:
    assert after(5, computes(0.00007, clients), FEW) == 1


def test_one_thread_gets_others_beside_it_as_soon_as_it_waits() -> None:
    sizing = new_sizing()
    threads = FEW
    while threads > 1:
        threads += sizing.change(computes(0.00007, 64)(threads))
    assert sizing.least == 1
    assert sizing.change(waits(1.0, 64)(1)) == FEW - 1
    assert sizing.least == FEW


def test_without_requests_there_are_some_threads_at_once() -> None:
    sizing = new_sizing()
    threads = FEW
    while threads > 1:
        threads += sizing.change(computes(0.00007, 64)(threads))
    assert sizing.rest(1) == FEW - 1
    assert (sizing.rest(FEW), sizing.least) == (0, FEW)


@pytest.mark.parametrize("clients", [8, 32, 64])
def test_after_a_burst_services_that_compute_run_on_few_threads_again(clients: int) -> None:
    assert after(10, computes(0.00007, clients), 512) <= 8


def test_threads_that_wait_long_stay_beside_others_that_compute() -> None:
    def both(threads: int) -> Tick:
        slow = min(threads, 60)
        return ticked(threads, 0, slow, 100 if threads > slow else 1, TICK_SECONDS * 0.4, True, min(threads, slow))

    assert 64 <= after(10, both, 4) <= 128
    assert 64 <= after(10, both, 512) <= 128


def test_threads_that_nobody_needs_end() -> None:
    assert after(2, nothing, 512) == FEW


def test_threads_that_are_needed_stay() -> None:
    assert after(10, waits(1.0, 300), 300, 0.0) >= 300


def test_there_are_never_more_than_allowed() -> None:
    sizing = new_sizing(6)
    assert sizing.change(ticked(4, 0, 0, 0, 0.0, True)) == 2
    assert sizing.change(ticked(6, 0, 0, 0, 0.0, True)) == 0
    assert new_sizing(1).change(nothing(1)) == 0
