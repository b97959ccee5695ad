"""What is made of a lighttpd's answers after it was reloaded."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from zato.agent.lighttpd.reloading import ReloadableLighttpd

CLOSED = "It does not answer: TLS/SSL connection has been closed (EOF)."


class Running:
    def pid(self) -> int:
        return 1

    def reload(self, stop: threading.Event) -> bool:
        return True


class Serving:
    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)

    def problem(self) -> str | None:
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [((None,), None), ((CLOSED, None), None), ((CLOSED, CLOSED), CLOSED)],
    ids=["serves", "the one that ended was asked", "does not serve"],
)
def test_a_connection_that_the_one_before_has_closed_says_nothing(
    answers: tuple[str | None, ...], problem: str | None
) -> None:
    program = ReloadableLighttpd(cast(Any, Running()), cast(Any, Serving(*answers)), threading.Event())
    assert program.reload({}) == problem
