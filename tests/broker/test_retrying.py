"""When a message whose processing failed is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zato.broker.retrying import Retrying


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 5), (3, 25), (4, 125), (5, 300), (6, 300), (1000, 300)])
def test_pauses_grow_fivefold_up_to_five_minutes(attempt: int, seconds: int) -> None:
    assert Retrying(deliveries_max=10_000).delay_after(attempt) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("deliveries_max", "last"), [(5, 5), (1, 1), (3, 3)])
def test_after_the_last_attempt_there_is_none(deliveries_max: int, last: int) -> None:
    retrying = Retrying(deliveries_max=deliveries_max)
    assert retrying.delay_after(last) is retrying.delay_after(last + 1) is None
    assert last == 1 or retrying.delay_after(last - 1) is not None


def test_unless_told_otherwise_a_message_is_delivered_five_times() -> None:
    assert Retrying().delay_after(4) is not None
    assert Retrying().delay_after(5) is None


def test_the_first_pause_is_a_setting() -> None:
    retrying = Retrying(first_delay=timedelta(milliseconds=20))
    assert [retrying.delay_after(attempt) for attempt in (1, 2)] == [
        timedelta(milliseconds=20),
        timedelta(milliseconds=100),
    ]
