"""HAProxy's health checks pause after a standstill, for what was well before, and always go on again."""

from __future__ import annotations

from pathlib import Path

from zato.agent.haproxy.leniency import Leniency
from zato.agent.haproxy.running import RunningHaproxy
from zato.core.clock import SystemClock
from zato.core.errors import Unavailable


class Clock(SystemClock):
    now_seconds = 100.0

    def monotonic(self) -> float:
        return self.now_seconds


class Haproxy(RunningHaproxy):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__(Path("none"), Path("none"))
        self.told: list[str] = []
        self.away = False

    def statistics(self) -> list[dict[str, str]]:
        if self.away:
            raise Unavailable("HAProxy is away.")
        states = {"server-1": "UP", "server-2": "UP 1/4", "server-3": "DOWN", "server-4": "MAINT"}
        rows = [{"pxname": "servers", "svname": name, "status": status} for name, status in states.items()]
        return [*rows, {"pxname": "servers", "svname": "BACKEND", "status": "UP"}]

    def tell(self, command: str, expected: str = "") -> None:
        self.told.append(command)


def test_checks_pause_after_a_standstill_and_go_on() -> None:
    haproxy, clock = Haproxy(), Clock()
    leniency = Leniency(haproxy, clock)

    def turn_for(seconds: float) -> list[str]:
        haproxy.told = []
        for _ in range(round(seconds * 2)):
            clock.now_seconds += 0.5
            leniency.turn()
        return haproxy.told

    every = [f"enable health servers/server-{number}" for number in (1, 2, 3, 4)]
    assert turn_for(20) == every, "what an agent that was killed has left"
    clock.now_seconds += 60
    assert turn_for(8) == ["disable health servers/server-1", "disable health servers/server-2"]
    assert turn_for(8) == every
    assert turn_for(20) == []


def test_what_haproxy_could_not_be_told_it_is_told_later() -> None:
    haproxy, clock = Haproxy(), Clock()
    leniency = Leniency(haproxy, clock)
    haproxy.away = True
    for _ in range(5):
        clock.now_seconds += 0.5
        leniency.turn()
    haproxy.away = False
    leniency.turn()
    assert len(haproxy.told) == 4
