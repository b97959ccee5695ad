"""What became of messages, as the fault suite counts it."""

from __future__ import annotations

import pytest

from support.chaos.counters import Counters, Processing, count, lost


def processed(*ids: str, redelivered: bool = False) -> list[Processing]:
    return [Processing(each, f"message of {each}", redelivered, "first", 0.0) for each in ids]


def test_what_was_promised_and_processed_once_is_sound() -> None:
    found = count(["a", "b"], ["a", "b"], processed("b", "a"))
    assert found == Counters(attempted=2, acknowledged=2)
    assert found.sound


def test_what_was_promised_and_never_processed_is_lost_and_what_was_not_promised_is_not() -> None:
    found = count(["a", "b", "c"], ["a", "b"], processed("a"))
    assert (found.lost, found.recovered) == (1, 0)
    assert not found.sound
    assert lost(["a", "b"], processed("a")) == {"b"}


def test_what_was_processed_though_its_sender_was_never_told_is_recovered_and_no_harm() -> None:
    found = count(["a", "b"], ["a"], processed("a", "b"))
    assert found == Counters(attempted=2, acknowledged=1, recovered=1)
    assert found.sound


def test_what_nobody_has_sent_is_unexpected() -> None:
    found = count(["a"], ["a"], processed("a", "z"))
    assert (found.unexpected, found.recovered) == (1, 0)
    assert not found.sound


def test_each_time_after_the_first_is_a_duplicate_whichever_ended_first() -> None:
    again = processed("a", "a", redelivered=True)
    for order in ([*processed("a"), *again], [*again, *processed("a")]):
        found = count(["a"], ["a"], order)
        assert (found.duplicated, found.unmarked) == (2, 0)
        assert found.sound


def test_a_duplicate_that_is_not_marked_as_a_redelivery_is_unsound() -> None:
    found = count(["a"], ["a"], processed("a", "a"))
    assert (found.duplicated, found.unmarked) == (1, 1)
    assert not found.sound


def test_a_mark_on_what_was_processed_once_is_no_duplicate() -> None:
    assert count(["a"], ["a"], processed("a", redelivered=True)) == Counters(attempted=1, acknowledged=1)


def test_records_that_promise_what_nobody_has_asked_for_are_refused() -> None:
    with pytest.raises(ValueError, match="'b'"):
        count(["a"], ["a", "b"], [])
