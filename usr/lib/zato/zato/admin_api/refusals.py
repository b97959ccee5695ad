"""Which refusals are worth a row of the audit log. Pure.

Whoever may do nothing could otherwise fill the ODB with what they may not do.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

ROWS_AT_ONCE = 5
"""Rows that one principal gets before the others have to wait."""
ROW_SECONDS = 3600.0
"""After that, one row in this time."""
_PRINCIPALS_MAX = 1000


@dataclass(slots=True)
class _Budget:
    rows: float
    at: float
    left_out: int = 0


class Refusals:
    """A budget of rows for each principal, in each worker. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._budgets: OrderedDict[str, _Budget] = OrderedDict()

    def due(self, principal: str, now: float) -> int | None:
        """How many were left out before this one, if this one is to be a row; None if it is left out as well.

        `now` is in seconds of a monotonic clock.
        """
        with self._lock:
            budget = self._budgets.setdefault(principal, _Budget(ROWS_AT_ONCE, now))
            self._budgets.move_to_end(principal)
            if len(self._budgets) > _PRINCIPALS_MAX:
                self._budgets.popitem(last=False)
            budget.rows = min(ROWS_AT_ONCE, budget.rows + (now - budget.at) / ROW_SECONDS)
            budget.at = now
            if budget.rows < 1:
                budget.left_out += 1
                return None
            left_out, budget.left_out = budget.left_out, 0
            budget.rows -= 1
            return left_out
