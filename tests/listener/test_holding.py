"""Whether what goes out is held, and what counts while the ODB is away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from zato.core.errors import Unavailable
from zato.listener.holding import Holding
from zato.odb.state import Held, State


class Odb:
    """Says whether it holds, or is away."""

    def __init__(self) -> None:
        self.holds = False
        self.away = False
        self.asked = 0

    def held(self) -> Held | None:
        self.asked += 1
        if self.away:
            raise Unavailable("The ODB is away.")
        return Held(datetime(2030, 1, 1, tzinfo=UTC), "restored from a backup") if self.holds else None


class Clock:
    seconds = 100.0

    def now(self) -> datetime:
        raise AssertionError

    def monotonic(self) -> float:
        return self.seconds


def holding(odb: Odb, clock: Clock) -> Holding:
    return Holding(cast(State, odb), clock)


def test_it_is_held_as_long_as_the_odb_says_so_and_that_is_told_once(capfd: Any) -> None:
    odb, clock = Odb(), Clock()
    made = holding(odb, clock)
    assert not made.held()
    odb.holds = True
    assert made.held()
    said = "".join(capfd.readouterr())
    assert said.count("Messages are held until somebody releases them") == 1
    assert made.held()
    odb.holds = False
    assert not made.held()
    assert "Messages are held" not in "".join(capfd.readouterr())
    assert "restored from a backup" in said


@pytest.mark.parametrize("held", [True, False])
def test_while_the_odb_is_away_its_last_answer_counts_and_it_is_not_asked_all_the_time(held: bool) -> None:
    odb, clock = Odb(), Clock()
    odb.holds = held
    made = holding(odb, clock)
    assert made.held() is held
    odb.away, odb.asked = True, 0
    assert made.held() is held
    clock.seconds += 4.9
    assert made.held() is held
    assert odb.asked == 1
    odb.away, odb.holds = False, not held
    assert made.held() is held  # not looked at yet
    clock.seconds += 0.2
    assert made.held() is not held


def test_before_the_first_answer_nothing_is_held() -> None:
    odb = Odb()
    odb.away = odb.holds = True
    assert not holding(odb, Clock()).held()
