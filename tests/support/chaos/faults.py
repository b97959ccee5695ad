"""What is done to hosts and processes. Each fault is logged with its time and seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from support.chaos.fault_log import FaultLog
from support.chaos.plan import Victim
from support.hosts import Host


def kill(hosts: Mapping[str, Host], victim: Victim, chance: random.Random, log: FaultLog) -> int:
    """kill -9; the process id as the host knows it, 0 where there was nothing to kill at that moment."""
    host = hosts[victim.host]
    main = int(host.run(f"systemctl show -p MainPID --value {victim.unit}", check=False).stdout or 0)
    pid = main
    if victim.child and main:
        children = sorted(map(int, host.run(f"pgrep -P {main}", check=False).stdout.split()))
        pid = chance.choice(children) if children else 0
    log.note("kill -9", host=victim.host, unit=victim.unit, child=victim.child, pid=pid)
    if pid:
        host.run(f"kill -KILL {pid}", check=False)
    return pid


@contextmanager
def cut_off(host: Host, others: Mapping[str, str], log: FaultLog) -> Iterator[float]:
    """Blackhole routes to all `others`, addresses by name: nothing comes back from the host. The time of it."""
    routes = "".join(f"blackhole {address}/32\n" for address in others.values())
    moment = log.note("blackhole routes", host=host.name, to=",".join(others))
    host.run(f"while read -r route; do ip route add $route; done <<'END'\n{routes}END")
    try:
        yield moment
    finally:
        host.run(f"while read -r route; do ip route del $route; done <<'END'\n{routes}END")
        log.note("routes removed", host=host.name)


@contextmanager
def frozen(host: Host, log: FaultLog) -> Iterator[float]:
    """SIGSTOP of all its processes, init included, as if it were a machine that stands still. The time of it."""
    moment = log.note("SIGSTOP of all processes", host=host.name)
    stopped = host.freeze()
    try:
        yield moment
    finally:
        host.thaw(stopped)
        log.note("SIGCONT", host=host.name, processes=len(stopped))
