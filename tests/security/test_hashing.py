"""Hashes are computed one at a time, for each source in turn, and refused before there are too many."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest

from support.threads import no_more_threads
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS, until
from zato.core.errors import TooManyRequests
from zato.security.hashing import Asking, Hashing


class Work:
    """Hashes that take as long as the test wants."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.done: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.nice = 0

    def one(self, name: str, *, right: bool = False) -> Callable[[], bool]:
        def work() -> bool:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.nice = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            assert self.go_on.wait(PATIENCE_SECONDS)
            self.done.append(name)
            self.at_once -= 1
            return right

        return work


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(60) as pool:
        yield pool


def asking(source: str, wrong_max: int | None = None) -> Asking:
    return Asking(source, wrong_max, nullcontext)


def waits(hashing: Hashing, count: int) -> None:
    until(lambda: len(hashing._queue) == count)


def test_one_is_computed_at_a_time_and_gives_way_to_other_threads(threads: ThreadPoolExecutor) -> None:
    hashing, work = Hashing(lambda: 32, patience_seconds=PATIENCE_SECONDS), Work()
    asked = [threads.submit(hashing.matches, bytes([n]), work.one("x", right=n == 3), asking("a")) for n in range(20)]
    waits(hashing, 19)
    work.go_on.set()
    assert [one.result() for one in asked] == [n == 3 for n in range(20)]
    assert work.most_at_once == 1
    assert work.nice > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_source_with_one_does_not_wait_for_another_with_many(threads: ThreadPoolExecutor) -> None:
    hashing, work = Hashing(lambda: 32, patience_seconds=PATIENCE_SECONDS), Work()
    for n in range(20):
        threads.submit(hashing.matches, bytes([n]), work.one("many"), asking("a"))
    waits(hashing, 19)
    threads.submit(hashing.matches, b"one", work.one("one"), asking("b"))
    waits(hashing, 20)
    work.go_on.set()
    until(lambda: len(work.done) == 21)
    assert work.done.index("one") <= 2


def test_where_the_queue_is_full_the_greediest_source_is_refused(threads: ThreadPoolExecutor) -> None:
    hashing, work = Hashing(lambda: 4, patience_seconds=PATIENCE_SECONDS), Work()
    many = [threads.submit(hashing.matches, bytes([n]), work.one("many"), asking("a")) for n in range(20)]
    until(lambda: sum(one.done() for one in many) == 15)  # one is computed, four wait
    one = threads.submit(hashing.matches, b"one", work.one("one", right=True), asking("b"))
    until(lambda: sum(one.done() for one in many) == 16)
    work.go_on.set()
    assert one.result() is True
    refused = [one.exception() for one in many if one.exception() is not None]
    assert len(refused) == 16
    assert all(isinstance(error, TooManyRequests) and error.retry_after_seconds >= 1 for error in refused)


def test_what_is_asked_several_times_is_computed_once(threads: ThreadPoolExecutor) -> None:
    hashing, work = Hashing(lambda: 32, patience_seconds=PATIENCE_SECONDS), Work()
    threads.submit(hashing.matches, b"first", work.one("first"), asking("a"))
    until(lambda: work.at_once == 1)
    asked = [threads.submit(hashing.matches, b"same", work.one("same", right=True), asking(f"{n}")) for n in range(10)]
    waits(hashing, 10)
    work.go_on.set()
    assert all(one.result() for one in asked)
    assert work.done == ["first", "same"]


def test_wrong_ones_and_those_that_wait_are_counted_before_anything_is_computed(threads: ThreadPoolExecutor) -> None:
    now = [0.0]
    hashing, work = Hashing(lambda: 32, monotonic=lambda: now[0], patience_seconds=PATIENCE_SECONDS), Work()
    first: list[Future[bool]] = []
    for n in range(5):
        first.append(threads.submit(hashing.matches, bytes([n]), work.one("x"), asking("a", 5)))
        waits(hashing, n)
    with pytest.raises(TooManyRequests, match="wrong passwords"):
        hashing.matches(b"sixth", work.one("sixth"), asking("a", 5))
    work.go_on.set()
    assert not any(one.result() for one in first)
    now[0] = 3.0
    with pytest.raises(TooManyRequests) as refused:
        hashing.matches(b"sixth", work.one("sixth"), asking("a", 5))
    assert (refused.value.code, refused.value.retry_after_seconds) == ("too-many-wrong-passwords", 7)
    assert hashing.matches(b"right", work.one("other source", right=True), asking("b", 5)) is True
    assert hashing.matches(b"right", work.one("exempt", right=True), asking("a")) is True
    now[0] = 10.0
    assert hashing.matches(b"right", work.one("later", right=True), asking("a", 5)) is True
    assert "sixth" not in work.done


def test_workers_share_the_wrong_ones_that_a_source_may_send() -> None:
    hashing, work = Hashing(lambda: 32, lambda: 3), Work()
    work.go_on.set()
    for n in range(4):
        assert hashing.matches(bytes([n]), work.one("x"), asking("a", 10)) is False
    with pytest.raises(TooManyRequests):
        hashing.matches(b"fifth", work.one("x"), asking("a", 10))


def test_the_wait_is_told_of_and_ends_with_the_answer() -> None:
    said: list[str] = []

    @contextmanager
    def wait() -> Iterator[None]:
        said.append("waits")
        yield
        said.append("goes on")

    work = Work()
    work.go_on.set()
    assert Hashing(lambda: 1).matches(b"x", work.one("x", right=True), Asking("a", None, wait))
    assert said == ["waits", "goes on"]


def test_nobody_waits_for_long(threads: ThreadPoolExecutor) -> None:
    hashing, work = Hashing(lambda: 32, patience_seconds=0.2), Work()
    threads.submit(hashing.matches, b"first", work.one("first"), asking("a"))
    until(lambda: work.at_once == 1)
    began = time.monotonic()
    with pytest.raises(TooManyRequests):
        hashing.matches(b"second", work.one("second"), asking("a"))
    assert time.monotonic() - began < LATE_SECONDS
    assert len(hashing._queue) == 0
    work.go_on.set()


def test_what_cannot_be_compared_lets_nobody_in_and_the_next_one_is(threads: ThreadPoolExecutor) -> None:
    def broken() -> bool:
        raise RuntimeError("of a library")

    hashing = Hashing(lambda: 32)
    assert not hashing.matches(b"x", broken, Asking("a", None, nullcontext))
    assert hashing.matches(b"y", lambda: True, Asking("a", None, nullcontext))


def test_where_there_may_be_no_more_threads_passwords_are_refused_until_there_may() -> None:
    hashing, work = Hashing(lambda: 32, patience_seconds=PATIENCE_SECONDS), Work()
    work.go_on.set()
    with no_more_threads(), pytest.raises(TooManyRequests) as refused:
        hashing.matches(b"1", work.one("x"), asking("a"))
    assert refused.value.code == "too-many-passwords"
    assert len(hashing._queue) == 0
    assert hashing.matches(b"1", work.one("x", right=True), asking("a"))
