"""Who has to wait, after wrong passwords. The balancer cannot know: to it, everybody here comes from one address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
PAIR_MAX = 5
"""Of one name from one address: who mistypes, or guesses."""
ONE_MAX = 50
"""Of one name from anywhere, and from one address for any name: guessing with many addresses, or at many names."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in, as it is counted."""

    cluster: str
    name: str
    address: str


def locked_until(attempt: Attempt, failed: Iterable[tuple[str, str, datetime]], now: datetime) -> datetime | None:
    """When somebody may try again; None: at once. `failed` has name, address and time of what was wrong lately."""
    recent = [each for each in failed if each[2] > now - WINDOW]
    pair = [at for name, address, at in recent if name == attempt.name and address == attempt.address]
    named = [at for name, _, at in recent if name == attempt.name]
    there = [at for _, address, at in recent if address == attempt.address]
    over = [times for times, most in ((pair, PAIR_MAX), (named, ONE_MAX), (there, ONE_MAX)) if len(times) >= most]
    return max((sorted(times)[-1] + WINDOW for times in over), default=None)
