"""When what is old is removed, and what comes of errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from zato.core.clock import SystemClock
from zato.core.errors import Unavailable
from zato.host.settings import ClusterSettings
from zato.odb.trimming import BATCH, Trimming
from zato.singleton.retention import Retention

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class Clock(SystemClock):
    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW


class Notes:
    """Has two batches of everything."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.away = False

    def _remove(self, what: str, before: object) -> int:
        if self.away:
            raise Unavailable("It is away.")
        self.calls.append((what, before))
        return BATCH if [what for what, _ in self.calls].count(what) % 2 else 0

    def begin_history(self, before: datetime) -> int:
        self.calls.append(("begin", before))
        return 7

    def history(self, until: int) -> int:
        return self._remove("history", until)

    def audit(self, before: datetime) -> int:
        return self._remove("audit", before)

    def dead_letters(self, before: datetime) -> int:
        return self._remove("dead_letters", before)

    def deployments(self, before: datetime) -> int:
        return self._remove("deployments", before)


def test_each_step_is_one_batch_and_the_next_round_is_an_hour_later() -> None:
    clock, notes = Clock(), Notes()
    settings = ClusterSettings(audit_days=10, dead_letter_days=0, deployment_days=30)
    retention = Retention(cast(Trimming, notes), settings, clock)
    retention.step()
    assert notes.calls == []  # everything else is starting at the same time
    clock.seconds = 60
    for _ in range(10):
        before = len(notes.calls)
        retention.step()
        assert len(notes.calls) - before <= 2
    days = {what: NOW - before for what, before in notes.calls if isinstance(before, datetime)}
    assert days == {"begin": timedelta(365), "audit": timedelta(10), "deployments": timedelta(30)}
    assert [what for what, _ in notes.calls] == ["begin", *["history"] * 2, *["audit"] * 2, *["deployments"] * 2]
    clock.seconds += 3700
    retention.step()
    assert notes.calls[-1] == ("history", 7)


def test_what_fails_is_tried_again_and_a_machine_that_has_joined_removes_nothing() -> None:
    clock, notes = Clock(), Notes()
    retention = Retention(cast(Trimming, notes), ClusterSettings(), clock)
    clock.seconds, notes.away = 60, True
    retention.step()
    retention.step()
    notes.away = False
    clock.seconds += 3700
    for _ in range(20):
        retention.step()
    assert {what for what, _ in notes.calls} == {"begin", "history", "audit", "dead_letters", "deployments"}
    joined = Retention(cast(Trimming, Notes()), ClusterSettings(balancer="lb:11223"), Clock())
    clock.seconds += 3700
    joined.step()
