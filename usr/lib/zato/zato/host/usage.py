"""What Zato's processes here take of this machine: by control groups where systemd runs them, else by sessions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zato.host.layout import Layout
from zato.host.process_table import PROC, processes

_UNIT = re.compile(r"zato(?:-(?P<kind>[a-z-]+))?(?:@(?P<instance>[0-9]+)[^.]*)?\.(?:service|socket|timer|target)")
_CONTROL_GROUPS = Path("/sys/fs/cgroup/system.slice")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used, with all that it has started."""

    cpu_seconds: float
    resident_bytes: int


def process_of_unit(unit: str) -> str | None:
    """The name of the process that a unit runs, such as server-1, as in log lines; None for a unit of others."""
    found = _UNIT.fullmatch(unit)
    if found is None:
        return None
    kind = found["kind"] or "target"
    return f"{kind}-{found['instance']}" if found["instance"] and kind not in ("pki-sign", "log") else kind


def usage(layout: Layout) -> dict[str, Usage]:
    """The usage of each of Zato's processes that run on this machine, by name."""
    return of_units(_CONTROL_GROUPS) if layout.is_appliance else of_sessions(_leaders(layout))


def of_units(groups: Path) -> dict[str, Usage]:
    """By control groups, which anybody may read."""
    found = {}
    for directory in (*groups.glob("zato*.service"), *groups.glob("system-zato*.slice/zato*.service")):
        name = process_of_unit(directory.name)
        if name is None:
            continue
        try:
            cpu, memory = _numbers(directory / "cpu.stat"), _numbers(directory / "memory.stat")
        except OSError:  # it has just ended
            continue
        found[name] = Usage(cpu.get("usage_usec", 0) / 1_000_000, memory.get("anon", 0) + memory.get("file_mapped", 0))
    return found


def of_sessions(leaders: Mapping[str, int], proc: Path = PROC) -> dict[str, Usage]:
    """By the sessions that a supervisor has begun, one for each name; those that have ended count for their parents."""
    names = {pid: name for name, pid in leaders.items()}
    cpu, memory = dict.fromkeys(leaders, 0.0), dict.fromkeys(leaders, 0)
    alive = set()
    for each in processes(proc):
        name = names.get(each.session)
        if name is not None:
            alive.add(name)
            cpu[name] += each.cpu_seconds
            memory[name] += each.resident_bytes
    return {name: Usage(cpu[name], memory[name]) for name in leaders if name in alive}


def _numbers(file: Path) -> dict[str, int]:
    pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}


def _leaders(layout: Layout) -> dict[str, int]:
    """As a quickstart's supervisor has written them down."""
    try:
        lines = (layout.run / "processes").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}
