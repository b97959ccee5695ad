"""Waiting for what comes to hold, with patience that outlasts a busy machine.

How long something takes is measured by the benchmarks. A test that waits asks whether it happens at all, so that the
patience here costs time only where it fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
LATE_SECONDS = 15.0  # by which a time limit may be overrun where others have the processor


def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until it holds; the seconds it took. Fails the test where it does not come to hold."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"It did not come to hold within {seconds} s.")
        time.sleep(0.005)
    return time.monotonic() - started


def eventually(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether it comes to hold before so many seconds are over; for what costs a process to look at."""
    limit = time.monotonic() + seconds
    while (looked := time.monotonic()) < limit:
        if condition():
            return True
        # What is waited for has the processor at least as long as who looks
        time.sleep(min(max(0.1, time.monotonic() - looked), 1.0))
    return bool(condition())
