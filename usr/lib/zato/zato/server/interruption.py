"""Threads that can be told that their time is over."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

from zato.core.errors import TimeLimitExceeded


class Interruptible(threading.Thread):
    """A daemon thread in which `interrupt` raises TimeLimitExceeded, at its next step in Python.

    A call into C that never returns cannot be interrupted.
    """

    def __init__(self, *, name: str, target: Callable[[], None]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = target
        self._ending = threading.Lock()
        self._ended = False

    def run(self) -> None:
        try:
            self._work()
        except TimeLimitExceeded:
            return
        finally:
            with self._ending:
                self._ended = True

    def interrupt(self) -> None:
        """Has no effect on a thread that has finished."""
        # The lock: an identifier is given to another thread as soon as this one has ended
        with self._ending:
            if not self._ended and self.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.ident), ctypes.py_object(TimeLimitExceeded)
                )
