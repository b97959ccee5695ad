"""Calls within a time limit of their own, inside a request that goes on after it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.server.interruption import Interruptible

_STUCK_MAX = 64

T = TypeVar("T")


class LimitedCalls:
    """Runs each call in a thread that is interrupted when its time is over.

    Those that cannot be interrupted are counted, and beyond 64 no more calls are taken until some of them end.
    """

    def __init__(self) -> None:
        self._stuck: list[Interruptible] = []
        self._lock = threading.Lock()

    def call(self, title: str, function: Callable[[], T], seconds: float) -> T:
        """What `function` returns or raises. Raises TimeLimitExceeded after `seconds`; Unavailable."""
        with self._lock:
            self._stuck = [thread for thread in self._stuck if thread.is_alive()]
            if len(self._stuck) >= _STUCK_MAX:
                raise Unavailable(
                    f"{title} was not started: {_STUCK_MAX} calls that exceeded their time limits have not ended.",
                    code="too-many-stuck-calls",
                )
        results: list[T] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                results.append(function())
            except Exception as error:  # carried over to the calling thread
                failures.append(error)

        # The context: the correlation id of the lines that are logged
        context = contextvars.copy_context()
        thread = Interruptible(name=title, target=lambda: context.run(run))
        thread.start()
        thread.join(seconds)
        if results:
            return results[0]
        if failures:
            raise failures[0]
        thread.interrupt()
        with self._lock:
            self._stuck.append(thread)
        raise TimeLimitExceeded(f"{title} did not finish within the {seconds:g} s that it was allowed.")
