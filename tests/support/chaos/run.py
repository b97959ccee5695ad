"""One run of a scenario: its seed, its log, and how much of everything there is to be."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from support.chaos.fault_log import FaultLog

PER_SECOND = 100
STEP_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Amounts:
    """As promised, unless scaled down for whoever changes a scenario."""

    away_seconds: float = 60.0
    changes: int = 500
    invocations: int = 10_000
    kills: int = 50
    rounds: int = 5
    step_seconds: float = 10.0
    reloads: int = 50
    deployments: int = 100
    measured_changes: int = 200

    def scaled(self, factor: float) -> Amounts:
        return Amounts(
            away_seconds=max(8.0, self.away_seconds * factor),
            changes=max(5, round(self.changes * factor)),
            invocations=max(100, round(self.invocations * factor)),
            kills=max(3, round(self.kills * factor)),
            rounds=max(1, round(self.rounds * factor)),
            step_seconds=max(4.0, self.step_seconds * factor),
            reloads=max(3, round(self.reloads * factor)),
            deployments=max(3, round(self.deployments * factor)),
            measured_changes=max(5, round(self.measured_changes * factor)),
        )


@dataclass(frozen=True, slots=True)
class Run:
    log: FaultLog
    amounts: Amounts
    chance: random.Random = field(default_factory=random.Random)

    @classmethod
    def of(cls, log: FaultLog, amounts: Amounts) -> Run:
        return cls(log, amounts, random.Random(log.seed))


def seconds_until(check: Callable[[], bool], limit: float, *, since: float | None = None) -> float:
    """Until it holds; infinite where it does not come to hold within `limit` seconds. What it raises is not yet.

    They are counted from `since`, a time, or from now.
    """
    started = time.time() if since is None else since
    while True:
        try:
            if check():
                return time.time() - started
        except Exception:  # noqa: BLE001 - what is away raises all kinds of errors, and is waited for
            pass
        if time.time() - started > limit:
            return float("inf")
        time.sleep(STEP_SECONDS)


def this_time(scenario: str) -> str:
    """What ids begin with: a scenario may be played again on the same cluster."""
    return f"{scenario}-{int(time.time())}"


def missed(bars: Iterable[tuple[bool, str]]) -> list[str]:
    """What was not reached, of pairs of whether it was, and what is to be said where it was not."""
    return [text for reached, text in bars if not reached]
