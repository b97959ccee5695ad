"""Waiting for what comes to hold, with patience that outlasts a busy machine.

How long something takes is measured by the benchmarks. A test that waits asks whether it happens at all, so that the
patience here costs time only where it fails.

A condition is called without arguments; those that it has with a default are what it was made with.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0
LATE_SECONDS = 15.0  # by which a time limit may be overrun where others have the processor


def until(condition: Callable[..., object], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until it holds; the seconds it took. Fails the test where it does not come to hold."""
    started = looked = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"It did not come to hold within {seconds} s.")
        looked = _pause(looked, 0.005)
    return time.monotonic() - started


def eventually(condition: Callable[..., object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it comes to hold before so many seconds are over; for what costs a process to look at."""
    looked = time.monotonic()
    limit = looked + seconds
    while looked < limit:
        if condition():
            return True
        looked = _pause(looked, 0.1)
    return bool(condition())


def _pause(looked: float, least: float) -> float:
    """The time after a pause as long as the last look: what is waited for has the processor as long as who looks."""
    time.sleep(min(max(least, time.monotonic() - looked), 1.0))
    return time.monotonic()
