"""The sleep of a worker's main thread while there are no requests: longer than a tick, and ended when one comes."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable

_LIGHT_SECONDS = 0.1
"""Five ticks. A request that leaves other threads idle wakes nobody then, and is noticed that late at most."""
_DEEP_SECONDS = 0.5
_LIGHT_SLEEPS = 3
_SIGNALS_MAX = 4096


class IdleSleep:
    """One thread sleeps, any may wake it.

    Whoever sleeps again and again sleeps deeply in the end: longer, and any request ends it. Where some come all the
    time it does not come to that, as being woken for each of them would cost more than looking.
    """

    def __init__(
        self, signals: int, *, light_seconds: float = _LIGHT_SECONDS, deep_seconds: float = _DEEP_SECONDS
    ) -> None:
        """`signals` is the file descriptor that Python writes to at each signal, as `signal.set_wakeup_fd` says."""
        self._signals = signals
        self._light_seconds = light_seconds
        self._deep_seconds = deep_seconds
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._waiting = select.poll()
        for descriptor in (self._woken, signals):
            self._waiting.register(descriptor, select.POLLIN)
        self._light_sleeps = 0
        self._is_deep = False
        self.is_asleep = False
        """Whether somebody sleeps, or is about to."""

    def sleep(self, quiet: Callable[[], bool]) -> None:
        """Sleeps until it is woken, a signal comes or its time is over.

        `quiet` says whether there is nothing to do, else it does not sleep. It is asked when a request would wake it
        already, so that nothing that happens in between is missed.
        """
        self._is_deep = self._light_sleeps >= _LIGHT_SLEEPS
        self._light_sleeps += 1
        self.is_asleep = True
        if quiet():
            self._waiting.poll((self._deep_seconds if self._is_deep else self._light_seconds) * 1000)
        self.is_asleep = False
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._woken)
        with contextlib.suppress(BlockingIOError):
            os.read(self._signals, _SIGNALS_MAX)

    def disturbed(self) -> None:
        """There was something to do, so the next sleeps are light."""
        self._light_sleeps = 0

    def request_came(self, idle: int) -> None:
        """Ends the sleep where the request leaves no thread `idle`, or where it is deep. Costs nothing otherwise."""
        if self.is_asleep and (self._is_deep or not idle):
            self.is_asleep = False
            os.eventfd_write(self._woken, 1)
