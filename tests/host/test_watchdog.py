"""systemd hears of a loop that turns, and not too often."""

from __future__ import annotations

import re
from pathlib import Path

from zato.core.clock import SystemClock
from zato.host.watchdog import Watchdog

_SECONDS = re.compile(r"(?m)^WatchdogSec=(\d+)$")


class Clock(SystemClock):
    now_seconds = 100.0

    def monotonic(self) -> float:
        return self.now_seconds


def test_a_loop_that_turns_is_told_of_once_a_second_and_one_that_does_not_is_not() -> None:
    told: list[str] = []
    clock = Clock()
    watchdog = Watchdog(clock, told.append)
    watchdog.ready()
    for _ in range(9):
        watchdog.turn()
        clock.now_seconds += 0.25
    assert told == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]
    clock.now_seconds += 60
    assert told.count("WATCHDOG=1") == 3


def test_a_minute_in_which_systemd_stood_still_as_well_ends_no_unit() -> None:
    units = Path(__file__).parents[2] / "systemd"
    seconds = [int(found) for path in units.glob("*.service") for found in _SECONDS.findall(path.read_text())]
    assert len(seconds) > 5
    assert min(seconds) >= 120
