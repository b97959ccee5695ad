"""What went wrong in the work of an agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an agent's program is not as it should be."""

    at: datetime
    reason: str
    details: tuple[str, ...] = ()
