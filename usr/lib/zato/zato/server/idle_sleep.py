"""The sleep of a worker's main thread while there are no requests: longer than a tick, and ended when one comes."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable

IDLE_SECONDS = 0.1
"""Five ticks. A request that leaves other threads idle wakes nobody, and is noticed that late at most."""
_SIGNALS_MAX = 4096


class IdleSleep:
    """One thread sleeps, any may wake it."""

    def __init__(self, signals: int) -> None:
        """`signals` is the file descriptor that Python writes to at each signal, as `signal.set_wakeup_fd` says."""
        self._signals = signals
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._waiting = select.poll()
        for descriptor in (self._woken, signals):
            self._waiting.register(descriptor, select.POLLIN)
        self.is_asleep = False
        """Whether somebody sleeps, or is about to."""

    def sleep(self, quiet: Callable[[], bool], seconds: float = IDLE_SECONDS) -> None:
        """Sleeps until `wake` is called, a signal comes or the seconds are over.

        `quiet` says whether there is nothing to do, else it does not sleep. It is asked when `wake` works already, so
        that nothing that happens in between is missed.
        """
        self.is_asleep = True
        if quiet():
            self._waiting.poll(seconds * 1000)
        self.is_asleep = False
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._woken)
        with contextlib.suppress(BlockingIOError):
            os.read(self._signals, _SIGNALS_MAX)

    def wake(self) -> None:
        """Ends the sleep. Costs nothing where nobody sleeps."""
        if self.is_asleep:
            self.is_asleep = False
            os.eventfd_write(self._woken, 1)
