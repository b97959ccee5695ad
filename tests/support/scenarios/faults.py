"""kill -9 of an appliance's daemons in turn, while clients on another machine send requests that may be repeated."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from support.appliance import main_pid, outside, servers_in_balancer
from support.hosts import Host
from support.load import Load, Sample, told
from support.waiting import eventually

METHODS = ("GET", "PUT")
BACK_SECONDS = 10.0
_LOAD_SECONDS = 900.0
_BETWEEN_SECONDS = 0.5
# A connection's end takes a moment to reach the client. systemd starts HAProxy again after a second, so what fails
# before then was on a connection of the one that was killed: a new connection waits
_NOTICED_SECONDS = 0.25

VICTIMS: dict[str, tuple[str, bool]] = {
    "worker": ("zato-server@{}", True),
    "gunicorn master": ("zato-server@{}", False),
    "lighttpd": ("zato-lighttpd@{}", False),
    "HAProxy": ("zato-haproxy", False),
    "HAProxy's worker": ("zato-haproxy", True),
    "singleton": ("zato-singleton@{}", False),
    "hotdeploy": ("zato-hotdeploy@{}", False),
    "listener": ("zato-listener@{}", False),
}
"""Unit, and whether it is a child of the main process."""


@dataclass(slots=True)
class Faults:
    """One kind of daemon, killed again and again."""

    victim: str
    back_seconds: list[float] = field(default_factory=list)
    held: list[Sample] = field(default_factory=list)
    """Under way on a connection that HAProxy held when it was killed."""
    failed: list[Sample] = field(default_factory=list)
    """Those that failed beside."""
    requests: int = 0
    slowest_seconds: float = 0.0

    def __str__(self) -> str:
        held = f", {len(self.held)} on connections that it held" if self.held else ""
        return (
            f"{self.victim} killed {len(self.back_seconds)} times under {self.requests} requests: back within "
            f"{max(self.back_seconds):.1f} s, slowest answer {self.slowest_seconds:.1f} s, {told(self.failed)}{held}"
        )


def kill_daemons(host: Host, times: int, victims: tuple[str, ...] = tuple(VICTIMS)) -> list[Faults]:
    """Each of `victims` so many times, at two servers in turn; the next one only when all is well again."""
    return [_kill(host, victim, times) for victim in victims]


def _kill(host: Host, victim: str, times: int) -> Faults:
    found = Faults(victim)
    died: list[tuple[float, float]] = []
    with Load(outside(host), "/hello", method=METHODS, body=b"{}", seconds=_LOAD_SECONDS) as load:
        for round_ in range(times):
            template, child = VICTIMS[victim]
            unit = template.format(1 + round_ % 2)
            time.sleep(_BETWEEN_SECONDS * random.uniform(0.5, 1.5))
            before, usual = _processes(host, unit)
            target = random.choice(sorted(usual)) if child else before
            # HAProxy's two processes go together, though not at the same instant
            gone = {before, *usual} if unit == "zato-haproxy" else {target}
            waiting = " ".join(f"/proc/{pid}" for pid in gone)
            started = time.monotonic()
            host.run(f"kill -KILL {target}; while ls -d {waiting} >/dev/null 2>&1; do sleep 0.01; done", timeout=20)
            died.append((started, time.monotonic() + _NOTICED_SECONDS))
            back = _until_back(host, unit, target, len(usual))
            found.back_seconds.append(time.monotonic() - started if back else float("inf"))
        time.sleep(_BETWEEN_SECONDS)
    for sample in load.failed():
        held = victim.startswith("HAProxy") and any(
            sample.started <= end and sample.ended >= start for start, end in died
        )
        (found.held if held else found.failed).append(sample)
    found.requests, found.slowest_seconds = len(load.samples), load.slowest()
    return found


def _processes(host: Host, unit: str) -> tuple[int, set[int]]:
    """A unit's main process and that one's children."""
    main = main_pid(host, unit)
    return main, {int(pid) for pid in host.run(f"pgrep -P {main}", check=False).stdout.split()}


def _until_back(host: Host, unit: str, target: int, children: int) -> bool:
    """Whether another process does the work of `target`, and HAProxy finds both servers well."""

    def is_back() -> bool:
        state = host.run(f"systemctl is-active {unit}", check=False).stdout.strip()
        main, found = _processes(host, unit)
        replaced = main not in (0, target) and target not in found and len(found) >= children
        return state == "active" and replaced and servers_in_balancer(host) == 2

    condition: Callable[[], bool] = is_back
    return eventually(condition)
