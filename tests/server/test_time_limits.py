"""Which of a worker's requests have taken too long, and are answered for."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from gunicorn.config import Config

from zato.server.tick import SLOW_SECONDS
from zato.server.worker import AcceptingThreadsWorker
from zato.serving.active_request import ActiveRequest
from zato.serving.memory import Memory


class ActiveRequests:
    """Requests that a worker has, without threads, and a clock's reading to judge them by."""

    def __init__(self) -> None:
        self.worker: Any = AcceptingThreadsWorker(1, 0, [], SimpleNamespace(), 30, Config(), cast(Any, None))
        self.worker._active = {}
        self.still = 0.0
        self.worker._standstill = cast(Any, SimpleNamespace(turn=lambda: self.still))
        self.now = time.monotonic()

    def has(self, *, begun_before: float, waits: bool = False, limit: float = 60.0) -> ActiveRequest:
        active = ActiveRequest(cast(Any, None), Memory(lambda: 1))
        active.started = self.now - begun_before
        active.deadline = active.started + limit
        active.waits = waits
        self.worker._active[object()] = active
        return active


@pytest.fixture
def requests() -> ActiveRequests:
    return ActiveRequests()


def test_slow_are_those_that_have_taken_long_and_do_not_wait_for_their_turn_here(requests: ActiveRequests) -> None:
    requests.has(begun_before=SLOW_SECONDS / 2)
    requests.has(begun_before=SLOW_SECONDS * 2, waits=True)
    for count in (0, 1, 2):
        assert requests.worker._enforce_time_limits(requests.now) == count
        requests.has(begun_before=SLOW_SECONDS * 2)


def test_a_request_that_has_answered_is_not_answered_for(requests: ActiveRequests) -> None:
    late = requests.has(begun_before=10.0, limit=5.0)
    assert late.claim()
    requests.worker._enforce_time_limits(requests.now)
    assert not late.abandoned


def test_time_in_which_the_process_stood_still_counts_for_no_request(requests: ActiveRequests) -> None:
    requests.still = 30.0
    before = requests.has(begun_before=31.0, limit=5.0)
    after = requests.has(begun_before=0.0, limit=5.0)
    requests.worker._enforce_time_limits(requests.now)
    assert not before.abandoned
    assert before.deadline == pytest.approx(requests.now + 4.0)
    assert after.deadline == requests.now + 5.0, "it came in afterwards"
