"""What an appliance's units take of its memory, and what they may."""

from __future__ import annotations

import json
from shlex import quote

from support.appliance import units
from support.hosts import Host
from support.waiting import eventually

_TAKEN = r"""
import collections, json, pathlib, re
found = collections.Counter()
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        groups, memory = (process / "cgroup").read_text(), (process / "smaps_rollup").read_text()
    except OSError:
        continue
    unit, taken = re.search(r"/(zato[^/]*[.]service)", groups), re.search(r"^Pss: +(\d+)", memory, re.M)
    if unit and taken:
        found[unit[1]] += int(taken[1]) * 1024
print(json.dumps(found))
"""
"""Proportional set sizes by unit. What hosts of tests run on has no control groups that could tell."""


def test_units_take_less_than_half_of_what_slows_them_down(appliance: Host) -> None:
    def all_taken() -> dict[str, int]:
        found: dict[str, int] = json.loads(appliance.run(f"python3 -c {quote(_TAKEN)}").stdout)
        return found

    assert eventually(lambda: "zato-listener@1.service" in all_taken())  # it is the last to be started
    taken = all_taken()
    running = [unit for unit in units(appliance) if unit in taken]
    assert len(running) >= 8
    shown = appliance.run(f"systemctl show --value -p MemoryHigh {' '.join(running)}").stdout.split()
    for unit, high in zip(running, map(int, shown), strict=True):
        print(f"{unit}: {taken[unit] / 1024**2:.0f} MB, slowed down from {high / 1024**2:.0f} MB on")
        assert taken[unit] < high / 2
    print(f"All of them: {sum(taken.values()) / 1024**2:.0f} MB")
