"""How the main thread of a worker sleeps."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.waiting import until
from zato.server.rest import Rest

LONG_SECONDS = 30.0


@pytest.fixture
def signals() -> Iterator[tuple[int, int]]:
    """Both ends of what Python writes to at a signal."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield read, write
    os.close(read)
    os.close(write)


def slept(rest: Rest, then: Callable[[], object], seconds: float = LONG_SECONDS) -> float:
    """How many seconds it sleeps where that happens as soon as it does."""

    def act() -> None:
        until(lambda: rest.is_on)
        then()

    other = threading.Thread(target=act)
    other.start()
    started = time.monotonic()
    rest.sleep(lambda: True, seconds)
    took = time.monotonic() - started
    other.join()
    return took


def test_it_ends_by_itself(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])
    assert 0.05 <= slept(rest, lambda: None, 0.05) < LONG_SECONDS
    assert not rest.is_on


def test_whoever_comes_wakes_it(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])
    assert slept(rest, rest.wake) < LONG_SECONDS / 2
    # Once: the next one sleeps as long as ever
    assert slept(rest, lambda: None, 0.05) >= 0.05


def test_a_signal_wakes_it(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])
    assert slept(rest, lambda: os.write(signals[1], b"\x0f")) < LONG_SECONDS / 2
    assert slept(rest, lambda: None, 0.05) >= 0.05


def test_who_came_just_before_keeps_it_awake(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])
    started = time.monotonic()
    rest.sleep(lambda: False, LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_who_comes_between_the_question_and_the_sleep_is_not_missed(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])

    def quiet() -> bool:
        rest.wake()
        return True

    started = time.monotonic()
    rest.sleep(quiet, LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_nobody_is_woken_who_does_not_sleep(signals: tuple[int, int]) -> None:
    rest = Rest(signals[0])
    rest.wake()
    assert slept(rest, lambda: None, 0.05) >= 0.05
