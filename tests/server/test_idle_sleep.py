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
SHORT_SECONDS = 0.05


@pytest.fixture
def signals() -> Iterator[tuple[int, int]]:
    """Both ends of what Python writes to at a signal."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    yield read, write
    os.close(read)
    os.close(write)


def undisturbed(idle: IdleSleep) -> float:
    """How many seconds it sleeps by itself."""
    started = time.monotonic()
    idle.sleep(lambda: True)
    return time.monotonic() - started


def slept(idle: IdleSleep, then: Callable[[], object]) -> float:
    """How many seconds it sleeps where that happens as soon as it does."""

    def act() -> None:
        until(lambda: idle.is_asleep)
        then()

    other = threading.Thread(target=act)
    other.start()
    took = undisturbed(idle)
    other.join()
    return took


def rested(signals: tuple[int, int], *, deep_seconds: float) -> IdleSleep:
    """One whose next sleep is deep."""
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS / 10, deep_seconds=deep_seconds)
    for _ in range(3):
        idle.sleep(lambda: True)
    return idle


def test_it_ends_by_itself(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS)
    assert SHORT_SECONDS <= undisturbed(idle) < LONG_SECONDS
    assert not idle.is_asleep


def test_a_request_that_takes_the_last_idle_thread_wakes_it(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=LONG_SECONDS)
    assert slept(idle, lambda: idle.request_came(0)) < LONG_SECONDS / 2


def test_it_is_woken_once(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS)
    slept(idle, lambda: idle.request_came(0))
    assert undisturbed(idle) >= SHORT_SECONDS


def test_a_request_beside_idle_threads_does_not_wake_it(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS)
    assert slept(idle, lambda: idle.request_came(1)) >= SHORT_SECONDS


def test_who_sleeps_again_and_again_sleeps_deeply_and_any_request_wakes_it(signals: tuple[int, int]) -> None:
    idle = rested(signals, deep_seconds=LONG_SECONDS)
    assert slept(idle, lambda: idle.request_came(1)) < LONG_SECONDS / 2


def test_a_deep_sleep_ends_by_itself(signals: tuple[int, int]) -> None:
    idle = rested(signals, deep_seconds=SHORT_SECONDS)
    assert SHORT_SECONDS <= undisturbed(idle) < LONG_SECONDS


def test_who_was_disturbed_sleeps_lightly(signals: tuple[int, int]) -> None:
    idle = rested(signals, deep_seconds=LONG_SECONDS)
    idle.disturbed()
    assert undisturbed(idle) < LONG_SECONDS / 2


def test_a_signal_wakes_it(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=LONG_SECONDS)
    assert slept(idle, lambda: os.write(signals[1], b"\x0f")) < LONG_SECONDS / 2


def test_it_is_woken_by_a_signal_once(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS)
    slept(idle, lambda: os.write(signals[1], b"\x0f"))
    assert undisturbed(idle) >= SHORT_SECONDS


def test_who_came_just_before_keeps_it_awake(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=LONG_SECONDS)
    started = time.monotonic()
    idle.sleep(lambda: False)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_who_comes_between_the_question_and_the_sleep_is_not_missed(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=LONG_SECONDS)

    def quiet() -> bool:
        idle.request_came(0)
        return True

    started = time.monotonic()
    idle.sleep(quiet)
    assert time.monotonic() - started < LONG_SECONDS / 2


def test_nobody_is_woken_who_does_not_sleep(signals: tuple[int, int]) -> None:
    idle = IdleSleep(signals[0], light_seconds=SHORT_SECONDS)
    idle.request_came(0)
    assert undisturbed(idle) >= SHORT_SECONDS
