"""What is made of a lighttpd's answers after it was reloaded."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from zato.agent.lighttpd.reloading import ReloadableLighttpd
from zato.core.errors import SetupError

CLOSED = "It does not answer: TLS/SSL connection has been closed (EOF)."
REFUSED = "It answers /zato/ping with 503, and its server does not."


class Running:
    def pid(self) -> int:
        return 1

    def reload(self, stop: threading.Event) -> bool:
        return True


class Serving:
    """Each of the answers takes so many seconds; the last one stays."""

    def __init__(self, clock: SetClock, seconds: float, *answers: str | None) -> None:
        self.clock = clock
        self.seconds = seconds
        self.answers = list(answers)

    def expected(self) -> bytes:
        return b"certificate"

    def problem(self, *, before: bytes | None) -> str | None:
        assert before == b"certificate"
        self.clock.advance(timedelta(seconds=self.seconds))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def program(stop: threading.Event, seconds: float, *answers: str | None) -> ReloadableLighttpd:
    clock = SetClock()
    return ReloadableLighttpd(cast(Any, Running()), cast(Any, Serving(clock, seconds, *answers)), clock, stop)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((None,), None),
        ((CLOSED, None), None),
        ((REFUSED, REFUSED, REFUSED, None), None),
        ((CLOSED,), CLOSED),
    ],
    ids=["serves", "the one that ended was asked", "its server was just being started", "does not serve"],
)
def test_what_passes_says_nothing_against_the_files(answers: tuple[str | None, ...], problem: str | None) -> None:
    assert program(threading.Event(), 0.6, *answers).reload({}) == problem


def test_an_agent_that_is_stopped_meanwhile_decides_nothing() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(SetupError) as caught:
        program(stop, 0.1, CLOSED).reload({})
    assert caught.value.code == "reload-interrupted"
