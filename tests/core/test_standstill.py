"""Time in which a process did not run, told from time in which it had much to do."""

from __future__ import annotations

from zato.core.standstill import Standstill


class Times:
    now = 100.0
    worked = 10.0


def test_only_a_turn_that_comes_far_too_late_is_a_standstill() -> None:
    times = Times()
    standstill = Standstill(1.0, lambda: times.now)
    for seconds, still in ((0.5, 0.0), (1.0, 0.0), (60.0, 60.0), (0.5, 0.0)):
        times.now += seconds
        assert standstill.turn() == still


def test_a_process_that_computes_does_not_stand_still() -> None:
    times = Times()
    standstill = Standstill(1.0, lambda: times.now, lambda: times.worked)
    times.now, times.worked = times.now + 10, times.worked + 10
    assert standstill.turn() == 0.0
    times.now, times.worked = times.now + 10, times.worked + 4
    assert standstill.turn() == 6.0
