"""Calls within a time limit of their own, inside a request that goes on after it."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.standstill import Standstill
from zato.serving.interruption import Interruptible

_GIVEN_UP_MAX = 64
# So that whoever waits can be interrupted, too
_LOOK_SECONDS = 0.25
_STILL_SECONDS = 1.0

T = TypeVar("T")


class LimitedCalls:
    """Runs each call in a thread that is interrupted when its time is over.

    Those that cannot be interrupted are counted, and beyond 64 no more calls are taken until some of them end.
    """

    def __init__(self) -> None:
        self._given_up: list[Interruptible] = []
        self._lock = threading.Lock()

    def call(self, title: str, function: Callable[[], T], seconds: float) -> T:
        """What `function` returns or raises. Raises TimeLimitExceeded after `seconds`; Unavailable.

        Where the time of the calling thread is over first, so is the call's.
        """
        with self._lock:
            self._given_up = [thread for thread in self._given_up if thread.is_alive()]
            if len(self._given_up) >= _GIVEN_UP_MAX:
                raise Unavailable(
                    f"{title} was not started: {_GIVEN_UP_MAX} calls that exceeded their time limits have not ended.",
                    code="too-many-stuck-calls",
                )
        results: list[T] = []
        failures: list[Exception] = []

        done = threading.Event()

        def run() -> None:
            try:
                results.append(function())
            except Exception as error:  # noqa: BLE001 - carried over to the calling thread
                failures.append(error)
            finally:
                done.set()

        # The context: the correlation id of the lines that are logged
        context = contextvars.copy_context()
        thread = Interruptible(name=title, target=lambda: context.run(run))
        thread.start()
        try:
            _wait(done, seconds)
            if results:
                return results[0]
            if failures:
                raise failures[0]
        finally:
            if not done.is_set():
                self._end(thread)
        raise TimeLimitExceeded(f"{title} did not finish within the {seconds:g} s that it was allowed.")

    def _end(self, thread: Interruptible) -> None:
        thread.interrupt()
        with self._lock:
            self._given_up.append(thread)


def _wait(done: threading.Event, seconds: float) -> None:
    """Time in which the process stood still does not count."""
    until = time.monotonic() + seconds
    standstill = Standstill(_STILL_SECONDS, worked=time.process_time)
    # Not for the end of the thread: `join` that is interrupted takes the thread for one that has ended (bpo-45274)
    while not done.is_set() and (left := until - time.monotonic()) > 0:
        done.wait(min(left, _LOOK_SECONDS))
        until += standstill.turn()
