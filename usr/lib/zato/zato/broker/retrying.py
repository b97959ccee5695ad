"""When a message whose processing failed is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from zato.core.backoff import Backoff

_FACTOR = 5.0
_LONGEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Retrying:
    """How often a message is delivered, and how long to wait in between."""

    deliveries_max: int = 5
    first_delay: timedelta = timedelta(seconds=1)
    back_delay: timedelta = timedelta(seconds=0.5)
    """Of a message that could not be begun."""

    def delay_after(self, attempt: int) -> timedelta | None:
        """After the failure of an attempt, counted from 1: 1 s, 5 s, 25 s, up to 5 min. None where it was the last."""
        if attempt >= self.deliveries_max:
            return None
        backoff = Backoff(self.first_delay.total_seconds(), _LONGEST.total_seconds(), _FACTOR)
        return timedelta(seconds=backoff.pause_after(attempt))
