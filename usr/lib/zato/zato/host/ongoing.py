"""What goes on failing is said when it begins, when its reason changes, and when it is over: not each time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from structlog.typing import FilteringBoundLogger

_STEADY_SECONDS = 5.0
# Numbers, times and identifiers make no other failure of it
_PARTICULAR = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8,}|\d+")


class Ongoing:
    """One thing that may fail again and again, such as a heart-beat. One thread uses it.

    `event` is logged for its failure, `over` for its end: when it has gone well for `steady_seconds`. On a full
    disk, for one, some things fit in now and then.
    """

    def __init__(
        self,
        log: FilteringBoundLogger,
        event: str,
        over: str,
        *,
        level: str = "warning",
        steady_seconds: float = _STEADY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._event = event
        self._over = over
        self._level = level
        self._said: str | None = None
        self._steady_seconds = steady_seconds
        self._clock = clock
        self._failed_at = 0.0

    @property
    def ongoing(self) -> bool:
        """Whether it fails, or has done so of late."""
        return self._said is not None

    def failed(self, reason: str, **more: Any) -> None:
        """It has failed; `reason` is a sentence, of which numbers do not matter."""
        self._failed_at = self._clock()
        kind = _PARTICULAR.sub("#", reason)
        if kind != self._said:
            self._said = kind
            getattr(self._log, self._level)(self._event, reason=reason, **more)

    def went_well(self, **more: Any) -> None:
        """It has not failed this time."""
        if self._said is not None and self._clock() - self._failed_at >= self._steady_seconds:
            self._said = None
            self._log.info(self._over, **more)
