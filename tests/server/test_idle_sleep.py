"""How the main thread of a worker without requests sleeps."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.waiting import until
from zato.server.idle_sleep import IdleSleep

LONG_SECONDS = 30.0


@pytest.fixture
def signals() -> Iterator[tuple[int, int]]:
    """Both ends of what Python writes to at a signal."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield read, write
    os.close(read)
    os.close(write)


def slept(idle: IdleSleep, then: Callable[[], object], seconds: float = LONG_SECONDS) -> float:
    """How many seconds it sleeps where that happens as soon as it does."""

    def act() -> None:
        until(lambda: idle.is_asleep)
        then()

    other = threading.Thread(target=act)
    other.start()
    started = time.monotonic()
    idle.sleep(lambda: True, seconds)
    took = time.monotonic() - started
    other.join()
    return took


def test_it_ends_by_itself(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])
    assert 0.05 <= slept(idle, lambda: None, 0.05) < LONG_SECONDS
    assert not idle.is_asleep


def test_whoever_comes_wakes_it(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])
    assert slept(idle, idle.wake) < LONG_SECONDS / 2
    # Once: the next one sleeps as long as ever
    assert slept(idle, lambda: None, 0.05) >= 0.05


def test_a_signal_wakes_it(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])
    assert slept(idle, lambda: os.write(signals[1], b"\x0f")) < LONG_SECONDS / 2
    assert slept(idle, lambda: None, 0.05) >= 0.05


def test_who_came_just_before_keeps_it_awake(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])
    started = time.monotonic()
    idle.sleep(lambda: False, LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_who_comes_between_the_question_and_the_sleep_is_not_missed(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])

    def quiet() -> bool:
        idle.wake()
        return True

    started = time.monotonic()
    idle.sleep(quiet, LONG_SECONDS)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_nobody_is_woken_who_does_not_sleep(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0])
    idle.wake()
    assert slept(idle, lambda: None, 0.05) >= 0.05
