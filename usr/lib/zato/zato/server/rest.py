"""How the main thread of a worker without requests sleeps longer than a tick, and is woken where it is needed."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Callable

REST_SECONDS = 0.1
"""Five ticks: as late a request can be noticed that leaves other threads idle."""
_SIGNALS_MAX = 4096


class Rest:
    """One thread sleeps, any may wake it."""

    def __init__(self, signals: int) -> None:
        """`signals` is the file descriptor that Python writes to at each signal, as `signal.set_wakeup_fd` says."""
        self._signals = signals
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._waiting = select.poll()
        for descriptor in (self._woken, signals):
            self._waiting.register(descriptor, select.POLLIN)
        self.is_on = False
        """Whether somebody sleeps, or is about to."""

    def sleep(self, quiet: Callable[[], bool], seconds: float = REST_SECONDS) -> None:
        """For so long at most; not at all where it is not `quiet`, which is asked once whoever comes calls `wake`."""
        self.is_on = True
        if quiet():
            self._waiting.poll(seconds * 1000)
        self.is_on = False
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._woken)
        with contextlib.suppress(BlockingIOError):
            os.read(self._signals, _SIGNALS_MAX)

    def wake(self) -> None:
        """Costs nothing where nobody sleeps."""
        if self.is_on:
            self.is_on = False
            os.eventfd_write(self._woken, 1)
