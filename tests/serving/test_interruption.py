"""Threads whose time is over end, whatever they catch."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from support.waiting import PATIENCE_SECONDS, until
from zato.serving import interruption
from zato.serving.interruption import Interrupted, Interruptible, any_goes_on
from zato.serving.limited import LimitedCalls


def forever() -> None:
    while True:
        time.sleep(0.001)


def catches_what_python_raised_instead() -> None:
    while True:
        with suppress(TypeError, ValueError):
            forever()


def catches_exceptions() -> None:
    while True:
        with suppress(Exception):
            forever()


def catches_all() -> None:
    for _ in range(2):
        with suppress(BaseException):
            forever()
    forever()


def cleans_up_for_ever() -> None:
    try:
        forever()
    finally:
        forever()


def waits_for_another_call() -> None:
    with suppress(Exception):
        LimitedCalls().call("Another", catches_exceptions, 60)


def waits_in_turn() -> None:
    LimitedCalls().call("One", waits_for_another_call, 60)


@pytest.mark.parametrize(
    "work",
    [
        catches_what_python_raised_instead,
        catches_exceptions,
        catches_all,
        cleans_up_for_ever,
        waits_for_another_call,
        waits_in_turn,
    ],
)
def test_it_ends_and_so_does_what_it_waits_for(work: Callable[[], None]) -> None:
    before = {*threading.enumerate()}
    thread = Interruptible(name="work", target=work)
    thread.start()
    time.sleep(0.1)
    thread.interrupt()
    thread.join(15)
    assert not thread.is_alive()
    until(lambda: {*threading.enumerate()} <= before, seconds=15)


def test_what_is_raised_needs_no_arguments_and_is_no_exception_of_a_service() -> None:
    raised: list[BaseException] = []

    def work() -> None:
        try:
            forever()
        except BaseException as error:
            raised.append(error)
            raise

    thread = Interruptible(name="work", target=work)
    thread.start()
    time.sleep(0.1)
    thread.interrupt()
    thread.join(15)
    assert [type(error) for error in raised] == [Interrupted]
    assert not isinstance(raised[0], Exception)


def test_a_thread_that_has_ended_is_left_alone() -> None:
    thread = Interruptible(name="work", target=lambda: None)
    thread.start()
    thread.join()
    for _ in range(1000):
        thread.interrupt()
    others = [Interruptible(name="other", target=lambda: time.sleep(0.01)) for _ in range(20)]
    for other in others:
        other.start()
    thread.interrupt()
    for other in others:
        other.join()
    assert thread.is_alive() is False


def test_it_is_known_which_thread_takes_no_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "_AGAIN_SECONDS", 0.02)
    monkeypatch.setattr(interruption, "_USED_MAX_SECONDS", 0.2)
    ending = threading.Event()

    def catches(level: int = 5) -> None:  # the next one may come while it catches one
        while not ending.is_set():
            try:
                time.sleep(0.001) if level == 0 else catches(level - 1)
            except Interrupted:
                continue

    def computes(level: int = 5) -> None:
        while not ending.is_set():
            try:
                sum(range(100)) if level == 0 else computes(level - 1)
            except Interrupted:
                continue

    reading, writing = os.pipe()

    def waits_in_c() -> None:
        os.read(reading, 1)

    threads = [Interruptible(name="test", target=work) for work in (catches, computes, waits_in_c)]
    for thread in threads:
        thread.start()
    until(lambda: all(thread.is_alive() for thread in threads))
    assert not any_goes_on()
    monkeypatch.setattr(interruption, "_NOTICED_MAX", 1_000_000)
    for thread in threads:
        thread.interrupt()
    until(threads[1].goes_on)
    monkeypatch.setattr(interruption, "_NOTICED_MAX", 5)
    until(threads[0].goes_on)
    assert (threads[2].noticed, threads[2].goes_on()) == (0, False)
    assert any_goes_on()
    ending.set()
    os.write(writing, b"x")
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any_goes_on()
    os.close(reading)
    os.close(writing)
