"""What all workers of a server have counted together, whatever becomes of one of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any

import pytest

from zato.core.errors import Unavailable
from zato.serving.limits.counters import SLOTS, Refusal, SharedCounters, Ticket
from zato.serving.limits.limit import Limit, limit_of

FORK = get_context("fork")


class Value:
    def __init__(self, requests_max: int | None = None, concurrent_max: int | None = None, period: int = 10) -> None:
        self.requests_max = requests_max
        self.requests_period_seconds = period
        self.concurrent_max = concurrent_max


def limit(name: str = "crm", what: str = "channel", **fields: Any) -> Limit:
    made = limit_of(what, name, Value(**fields))
    assert made is not None
    return made


class Now:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def counters(now: Now) -> SharedCounters:
    return SharedCounters(now)


def taken(counters: SharedCounters, *limits: Limit, times: int = 100) -> int:
    """How many of so many requests were let in."""
    return sum(not isinstance(counters.admit(limits), Refusal) for _ in range(times))


def test_in_no_period_there_are_more_than_the_limit(counters: SharedCounters, now: Now) -> None:
    let_in: list[float] = []
    for _ in range(600):
        now.seconds += 0.07
        if not isinstance(counters.admit([limit(requests_max=7, period=3)]), Refusal):
            let_in.append(now.seconds)
    assert all(later - earlier >= 3 for earlier, later in zip(let_in, let_in[7:], strict=False))
    assert len(let_in) >= 600 * 0.07 / 3.3 * 7 - 7


def test_a_refusal_says_when_there_is_room_again(counters: SharedCounters, now: Now) -> None:
    some = limit(requests_max=5)
    for _ in range(5):
        assert counters.admit([some]) is None
        now.seconds += 1.5
    refusal = counters.admit([some])
    assert isinstance(refusal, Refusal)
    assert (refusal.limit, refusal.field) == (some, "requests_max")
    assert 10 - 7.5 <= refusal.retry_after_seconds <= 11 - 7.5
    now.seconds += refusal.retry_after_seconds
    assert taken(counters, some) == 1


def test_what_is_refused_by_one_limit_counts_under_none(counters: SharedCounters) -> None:
    wide, narrow = limit("wide", requests_max=10), limit("narrow", what="principal", requests_max=4)
    assert taken(counters, wide, narrow) == 4
    assert taken(counters, wide) == 6


def test_an_administrators_requests_are_counted_and_not_refused(counters: SharedCounters) -> None:
    some = limit(requests_max=2)
    assert not any(isinstance(counters.admit([some], refuse=False), Refusal) for _ in range(5))
    assert taken(counters, some) == 0


def test_requests_under_way_are_bounded_and_make_room_when_they_end(counters: SharedCounters) -> None:
    some = limit(concurrent_max=2)
    first, second = counters.admit([some]), counters.admit([some])
    assert isinstance(first, Ticket) and isinstance(second, Ticket)
    refusal = counters.admit([some])
    assert isinstance(refusal, Refusal) and refusal.field == "concurrent_max"
    for _ in range(3):  # released once, however often
        first.release()
    assert taken(counters, some) == 1


def test_subjects_are_apart_and_a_change_of_the_limit_holds_at_once(counters: SharedCounters) -> None:
    assert taken(counters, limit("a", requests_max=3)) == 3
    assert taken(counters, limit("b", requests_max=3)) == 3
    assert taken(counters, limit("a", what="principal", requests_max=3)) == 3
    assert taken(counters, limit("a", requests_max=5)) == 2
    assert taken(counters, limit("a", requests_max=5, period=60)) == 5


def test_slots_of_those_who_ask_no_more_are_used_again(counters: SharedCounters, now: Now) -> None:
    kept = counters.admit([limit("kept", concurrent_max=1)])
    assert isinstance(kept, Ticket)
    for number in range(SLOTS - 1):
        assert counters.admit([limit(str(number), requests_max=1)]) is None
    with pytest.raises(Unavailable):
        counters.admit([limit("one more", requests_max=1)])
    now.seconds += 12
    assert taken(counters, limit("one more", requests_max=1)) == 1
    assert taken(counters, limit("kept", concurrent_max=1)) == 0


def forked(work: Callable[[], None]) -> Any:
    process = FORK.Process(target=work, daemon=True)
    process.start()
    return process


@pytest.fixture
def shared() -> Iterator[SharedCounters]:
    yield SharedCounters()


def test_workers_count_together_exactly(shared: SharedCounters) -> None:
    some = limit(requests_max=1000, period=3600)
    results = FORK.SimpleQueue()
    workers = [forked(lambda: results.put(taken(shared, some, times=400))) for _ in range(4)]
    assert sum(results.get() for _ in workers) == 1000
    for worker in workers:
        worker.join()


def test_what_a_killed_worker_had_under_way_is_so_no_longer(shared: SharedCounters) -> None:
    some = limit(concurrent_max=5)
    own = shared.admit([some])
    held = FORK.SimpleQueue()

    def hold() -> None:
        held.put(taken(shared, some, times=10))
        time.sleep(60)

    worker = forked(hold)
    assert held.get() == 4
    assert taken(shared, some) == 0
    worker.kill()
    worker.join()
    shared.forget(worker.pid)
    assert taken(shared, some) == 4
    assert isinstance(own, Ticket)


def test_who_takes_the_place_of_a_killed_worker_begins_with_nothing(shared: SharedCounters) -> None:
    some = limit(concurrent_max=5)

    def holding(times: int) -> Any:
        # A queue for each: whoever is killed may take its lock along
        held = FORK.SimpleQueue()

        def hold() -> None:
            held.put(taken(shared, some, times=times))
            time.sleep(60)

        worker = forked(hold)
        assert held.get() == times
        return worker

    def killed(worker: Any) -> None:
        worker.kill()
        worker.join()
        shared.forget(worker.pid)

    killed(holding(4))
    second, third = holding(1), holding(1)
    killed(third)
    found = taken(shared, some)
    killed(second)
    assert found == 4


def test_a_worker_that_is_killed_at_any_moment_leaves_no_lock_and_no_count(shared: SharedCounters) -> None:
    some = limit(concurrent_max=3)

    def go_on() -> None:
        while True:
            ticket = shared.admit([some])
            if isinstance(ticket, Ticket):
                ticket.release()

    for turn in range(30):
        worker = forked(go_on)
        time.sleep(0.01 + turn % 7 / 1000)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        shared.forget(worker.pid)
        tickets = [shared.admit([some]) for _ in range(3)]
        assert all(isinstance(one, Ticket) for one in tickets), turn
        for one in tickets:
            assert isinstance(one, Ticket)
            one.release()


def test_a_limited_request_costs_microseconds(shared: SharedCounters) -> None:
    some = limit(requests_max=1_000_000, concurrent_max=100)
    began = time.thread_time()
    for _ in range(1000):
        ticket = shared.admit([some])
        assert isinstance(ticket, Ticket)
        ticket.release()
    print(f"{(time.thread_time() - began) * 1000:.1f} us")
    assert time.thread_time() - began < 0.2
