"""systemd hears of a loop that turns, and not too often."""

from __future__ import annotations

from zato.core.clock import SystemClock
from zato.host.watchdog import Watchdog


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
