"""What a worker's main thread sees each time it looks at the threads."""

from __future__ import annotations

from dataclasses import dataclass

TICK_SECONDS = 0.02
LASTING_SECONDS = 0.005
"""For so long one thread may be at the same request before somebody looks why."""
SLOW_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Tick:
    """What was seen in one tick of so many seconds."""

    seconds: float
    threads: int
    idle: int
    slow: int
    """Threads that have had the same request for over SLOW_SECONDS."""
    finished: int
    """Requests."""
    cpu_seconds: float
    """Used by the whole process."""
    waiting: bool
    """Whether there are connections that nobody has accepted."""
    blocked: int = 0
    """Threads that others are needed beside: they are slow, or wait for something other than a processor.

    It is looked for where there are fewer threads than usual.
    """
