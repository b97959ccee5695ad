"""Threads that can be told that their time is over."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

_AGAIN_SECONDS = 1.0
# What goes on after as many interruptions, or has taken so much CPU since the first one, goes on for ever
_NOTICED_MAX = 10
_USED_MAX_SECONDS = 10.0


class Interrupted(BaseException):
    """The time of this thread is over, and whoever waited for it has been answered.

    Nothing that a service handles by `except Exception`. Python makes the instance itself, without arguments, once it
    has come to the thread.
    """

    def __init__(self) -> None:
        super().__init__()
        thread = threading.current_thread()
        if isinstance(thread, Interruptible):
            thread.noticed += 1


class Interruptible(threading.Thread):
    """A daemon thread in which `interrupt` raises Interrupted, at its next step in Python, until it ends.

    A call into C that never returns cannot be interrupted.
    """

    def __init__(self, *, name: str, target: Callable[[], None]) -> None:
        super().__init__(name=name, daemon=True)
        self._work = target
        self._ending = threading.Lock()
        self._ended = False
        self._insisting = False
        self._used_before: float | None = None
        self.noticed = 0
        """How often it has been interrupted, and not only told to be."""

    def run(self) -> None:
        try:
            try:
                self._work()
            except Interrupted:
                pass
            finally:
                with self._ending:
                    self._ended = True
        except Interrupted:  # it came when there was nothing left to interrupt
            return

    def interrupt(self) -> None:
        """Has no effect on a thread that has finished. What catches Interrupted is interrupted anew, each second."""
        if not self._raise() or self._insisting:
            return
        self._insisting = True
        try:
            threading.Thread(target=self._insist, name=f"ends {self.name}", daemon=True).start()
        except (RuntimeError, MemoryError):  # no more threads: it has been interrupted once at least
            self._insisting = False

    def goes_on(self) -> bool:
        """Whether it takes no notice of being interrupted: it catches everything, or computes in C."""
        with self._ending:
            if self._ended or self._used_before is None:
                return False
            return self.noticed >= _NOTICED_MAX or self._used() - self._used_before > _USED_MAX_SECONDS

    def _used(self) -> float:
        assert self.ident is not None
        return time.clock_gettime(time.pthread_getcpuclockid(self.ident))

    def _insist(self) -> None:
        self.join(_AGAIN_SECONDS)
        while self._raise():
            self.join(_AGAIN_SECONDS)

    def _raise(self) -> bool:
        """False where the thread has finished."""
        # The lock: an identifier is given to another thread as soon as this one has ended
        with self._ending:
            if self._ended or self.ident is None or not self.is_alive():
                return False
            if self._used_before is None:
                self._used_before = self._used()
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(Interrupted))
            return True


def any_goes_on() -> bool:
    """Whether there is a thread in this process that takes no notice of being interrupted."""
    return any(isinstance(thread, Interruptible) and thread.goes_on() for thread in threading.enumerate())
