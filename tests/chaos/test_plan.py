"""The faults of a run follow from its seed."""

from __future__ import annotations

from collections import Counter

from support.chaos.plan import Victim, plan_kills
from support.chaos.scenarios.random_kills import duplicates_bound

VICTIMS = [
    Victim("first", "zato-listener@2"),
    Victim("first", "zato-server@2", True),
    Victim("data", "rabbitmq-server"),
]


def test_the_same_seed_gives_the_same_kills_and_another_one_does_not() -> None:
    assert plan_kills(7, VICTIMS, 50, 100) == plan_kills(7, VICTIMS, 50, 100)
    assert plan_kills(7, VICTIMS, 50, 100) != plan_kills(8, VICTIMS, 50, 100)


def test_kills_come_in_order_within_the_time_and_spare_nobody() -> None:
    plan = plan_kills(7, VICTIMS, 50, 100)
    moments = [kill.after_seconds for kill in plan]
    assert len(plan) == 50
    assert moments == sorted(moments)
    assert moments[0] >= 0 and moments[-1] <= 100
    assert min(Counter(kill.victim for kill in plan).values()) >= 50 // len(VICTIMS)
    assert str(VICTIMS[1]) == "first: a child of zato-server@2"


def test_what_all_listeners_share_may_cost_each_of_them_its_prefetch() -> None:
    kills = plan_kills(7, VICTIMS, 3, 10)
    assert duplicates_bound(kills) == 16 + 16 + 3 * 16
