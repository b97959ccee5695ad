"""What the singleton does goes on whatever else fails, and what fails again and again is said once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from zato.config.configuration import Configuration
from zato.core.errors import Unavailable
from zato.host.logs import configure
from zato.singleton.loop import SingletonLoop


class Part:
    """One of those that take turns, the watchdog among them."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.turns = 0

    def step(self) -> None:
        self.turns += 1
        if self.error is not None:
            raise self.error

    def follow(self, configuration: Configuration) -> None:
        """Nothing to follow."""

    turn = step


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Unavailable("The ODB is away.")])
def test_what_fails_is_said_once_and_holds_up_nothing_else(error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    configure("json", "info", "singleton")
    clock, certificates, machines, packages = SetClock(), Part(), Part(error), Part(error)
    loop = SingletonLoop(
        clock, *(cast(Any, each) for each in (certificates, Part(), machines, Part(), packages, Part()))
    )
    for _ in range(59):
        clock.advance(timedelta(seconds=1))
        loop.step()
    assert (machines.turns, packages.turns, certificates.turns) == (59, 59, 1)
    said = [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()]
    assert said == [
        "lighttpd cannot be told of other machines; trying again",
        "Packages cannot be looked at; trying again",
    ]
