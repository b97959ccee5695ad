"""Calls with a time limit of their own."""

from __future__ import annotations

import threading
import time

import pytest

from support.waiting import PATIENCE_SECONDS
from zato.core.errors import NotFound, TimeLimitExceeded, Unavailable
from zato.serving import limited
from zato.serving.limited import LimitedCalls


def test_what_is_returned_and_raised_in_time_comes_through() -> None:
    calls = LimitedCalls()
    assert calls.call("It", lambda: 7, 5) == 7

    def fail() -> None:
        raise NotFound("Nothing here.")

    with pytest.raises(NotFound, match="Nothing here"):
        calls.call("It", fail, 5)


def test_a_call_beyond_its_limit_is_interrupted() -> None:
    ended = threading.Event()

    def loop() -> None:
        try:
            while True:
                time.sleep(0.001)
        finally:
            ended.set()

    with pytest.raises(TimeLimitExceeded, match=r"Service a did not finish within the 0\.05 s"):
        LimitedCalls().call("Service a", loop, 0.05)
    assert ended.wait(PATIENCE_SECONDS)


def test_calls_that_cannot_be_interrupted_are_not_piled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "_GIVEN_UP_MAX", 2)
    release = threading.Event()
    calls = LimitedCalls()
    for _ in range(2):
        with pytest.raises(TimeLimitExceeded):
            calls.call("Service a", lambda: release.wait(30), 0.01)
    with pytest.raises(Unavailable, match="have not ended"):
        calls.call("Service a", lambda: 1, 1)
    release.set()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            assert calls.call("Service a", lambda: 1, 1) == 1
            return
        except Unavailable:
            time.sleep(0.01)
    raise AssertionError("The stuck calls were counted for good.")
