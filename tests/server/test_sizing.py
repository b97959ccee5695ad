"""How the number of threads follows what a worker does, played out without a worker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zato.server.sizing import SLOW_SECONDS, TICK_SECONDS, Sizing, Tick

Load = Callable[[int], Tick]


def waits(seconds: float, clients: int) -> Load:
    """A service that waits for another system; so many clients each ask again as soon as they are answered."""

    def tick(threads: int) -> Tick:
        busy = min(threads, clients)
        finished = round(busy * TICK_SECONDS / seconds)
        slow = busy if seconds > SLOW_SECONDS else 0
        return Tick(threads, threads - busy, slow, finished, finished * 0.00007, clients > threads)

    return tick


def computes(each_seconds: float, clients: int) -> Load:
    """A service that computes, on two fifths of a core, which is what its worker gets."""

    def tick(threads: int) -> Tick:
        busy = min(threads, clients)
        used = TICK_SECONDS * 0.4
        return Tick(threads, threads - busy, 0, round(used / each_seconds), used, clients > threads)

    return tick


def nothing(threads: int) -> Tick:
    return Tick(threads, threads, 0, 0, 0.0, False)


def after(seconds: float, load: Load, threads: int) -> int:
    sizing = Sizing(least=4, most=512)
    for _ in range(round(seconds / TICK_SECONDS)):
        threads += sizing.change(load(threads))
        assert 4 <= threads <= 512
    return threads


def test_a_burst_of_slow_requests_gets_its_threads_at_once() -> None:
    assert after(0.2, waits(1.0, 500), 4) >= 500


@pytest.mark.parametrize("milliseconds", [1, 2, 5, 10, 20, 50, 100])
def test_services_that_wait_get_more_threads_until_a_core_has_something_to_do(milliseconds: int) -> None:
    threads = after(5, waits(milliseconds / 1000, 1000), 4)
    assert threads * 1000 / milliseconds >= 1600


def test_services_that_compute_get_no_more_threads_than_at_the_start() -> None:
    assert after(5, computes(0.00007, 64), 4) == 4


@pytest.mark.parametrize("clients", [8, 32, 64])
def test_after_a_burst_services_that_compute_run_on_few_threads_again(clients: int) -> None:
    assert after(10, computes(0.00007, clients), 512) <= 8


def test_threads_that_wait_long_stay_beside_others_that_compute() -> None:
    def both(threads: int) -> Tick:
        slow = min(threads, 60)
        return Tick(threads, 0, slow, 100 if threads > slow else 1, TICK_SECONDS * 0.4, True)

    assert 64 <= after(10, both, 4) <= 128
    assert 64 <= after(10, both, 512) <= 128


def test_threads_that_nobody_needs_end() -> None:
    assert after(2, nothing, 512) == 4


def test_threads_that_are_needed_stay() -> None:
    assert after(10, waits(1.0, 300), 300) >= 300


def test_there_are_never_more_than_allowed() -> None:
    sizing = Sizing(least=4, most=6)
    assert sizing.change(Tick(4, 0, 0, 0, 0.0, True)) == 2
    assert sizing.change(Tick(6, 0, 0, 0, 0.0, True)) == 0
    assert Sizing(least=4, most=1).change(nothing(1)) == 0
