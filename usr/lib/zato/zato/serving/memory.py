"""Memory of one worker for the requests that it has at the same time: what there is, who has it, who has to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from zato.core.errors import TooLarge, Unavailable

_WAIT_SECONDS = 1.0
# So little that all of a worker's threads may have it
_SMALL_BYTES = 256 * 1024
MEMORY_BUSY = "memory-busy"
"""Code of the error where others have the memory."""


class Watcher(Protocol):
    """Is told of what happens; metrics.memory.MemoryMetrics is one."""

    def used(self, number: int) -> None: ...

    def refused(self, outcome: str) -> None: ...


class Memory:
    """A budget.

    Nobody takes more than half of what is free, so that whoever sends little finds room beside those who send much. It
    counts estimates, of what is read from callers: not what services do with it.
    """

    def __init__(
        self, limit: Callable[[], int], watcher: Watcher | None = None, *, wait_seconds: float = _WAIT_SECONDS
    ) -> None:
        self._limit = limit
        self._watcher = watcher
        self._wait_seconds = wait_seconds
        self._taken = 0
        self._changed = threading.Condition()

    @property
    def taken(self) -> int:
        return self._taken

    def take(self, wanted: int, has: int) -> None:
        """`wanted` more for a request that `has` some; waits for a moment where others have it.

        Raises TooLarge for what there will never be room for, Unavailable where others still have it.
        """
        limit = self._limit()
        if has + wanted > limit:
            self._refused("too-large")
            raise TooLarge(
                f"The message would take {(has + wanted) // 2**20 + 1} MiB of memory; a worker of this server has "
                f"{limit // 2**20} MiB for all requests (the setting memory_bytes_max).",
            )
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_room(wanted, has), self._wait_seconds):
                self._refused("busy")
                raise Unavailable(
                    "The server has as many large requests as it has memory for; try again in a moment.",
                    code=MEMORY_BUSY,
                    retry_after_seconds=1,
                )
            self._change(wanted)

    def give_back(self, number: int) -> None:
        with self._changed:
            self._change(-number)
            self._changed.notify_all()

    def _change(self, number: int) -> None:
        self._taken += number
        if self._watcher is not None:
            self._watcher.used(self._taken)

    def _refused(self, outcome: str) -> None:
        if self._watcher is not None:
            self._watcher.refused(outcome)

    def _is_room(self, wanted: int, has: int) -> bool:
        free = self._limit() - self._taken
        return has + wanted <= _SMALL_BYTES or wanted <= free // 2 or self._taken == has
