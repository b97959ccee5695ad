"""One answer of a cluster for all who look at it at the same time."""

from __future__ import annotations

import pytest

from zato.admin.overview.shared import KEPT_SECONDS, OWN_SECONDS, SharedState
from zato.core.errors import Unauthorized

HERE = ("zato", "")


class Clock:
    """Seconds that a test sets."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Cluster:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


def over() -> int:
    raise Unauthorized


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_many_who_look_are_one_question_a_second(clock: Clock) -> None:
    shared, cluster = SharedState(clock), Cluster()
    for person in range(20):
        shared.get(HERE, f"token-{person}", cluster)
    assert cluster.asked == 20  # each of them has shown once that it may
    for _ in range(3):
        clock.seconds += KEPT_SECONDS + 0.01
        for person in range(20):
            shared.get(HERE, f"token-{person}", cluster)
    assert cluster.asked == 23


def test_another_cluster_is_another_answer(clock: Clock) -> None:
    shared = SharedState(clock)
    assert shared.get(HERE, "t", lambda: "here") == "here"
    assert shared.get(("zato", "another"), "t", lambda: "there") == "there"


def test_a_session_that_has_ended_sees_nothing_more_after_a_while(clock: Clock) -> None:
    shared, cluster = SharedState(clock), Cluster()
    shared.get(HERE, "ended", cluster)
    for _ in range(int(OWN_SECONDS)):
        clock.seconds += 1.01
        shared.get(HERE, "another", cluster)
    with pytest.raises(Unauthorized):
        shared.get(HERE, "ended", over)


def test_one_who_was_never_let_in_sees_nothing(clock: Clock) -> None:
    shared = SharedState(clock)
    shared.get(HERE, "ann", Cluster())
    with pytest.raises(Unauthorized):
        shared.get(HERE, "mallory", over)
