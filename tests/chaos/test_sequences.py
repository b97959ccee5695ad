"""What the order of answers says about versions."""

from __future__ import annotations

from support.chaos.sequences import Seen, overlaps, spread, steps_back


def seen(started: float, ended: float, version: int, server: str = "first") -> Seen:
    return Seen(started, ended, version, server)


def test_an_older_version_after_a_newer_one_is_a_step_back() -> None:
    forth = [seen(0, 1, 1), seen(2, 3, 1), seen(4, 5, 2)]
    assert not steps_back(forth)
    assert steps_back([*forth, seen(6, 7, 1)]) == [(seen(4, 5, 2), seen(6, 7, 1))]


def test_an_older_version_is_an_overlap_only_where_it_was_asked_for_after_the_newer_one_was_there() -> None:
    assert not overlaps([seen(0, 3, 1), seen(1, 2, 2)])
    assert overlaps([seen(1, 2, 2), seen(2.5, 3, 1)]) == [(seen(1, 2, 2), seen(2.5, 3, 1))]


def test_the_spread_is_from_the_first_answer_to_the_first_of_the_last_server() -> None:
    answers = [seen(0, 1, 2), seen(1, 2, 2), seen(1, 1.5, 2, "second"), seen(0, 0.5, 1, "third")]
    assert spread(answers, 2, ["first", "second"]) == 0.5
    assert spread(answers, 2, ["first", "third"]) is None
