"""What each unit may take of the machine's memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = [path for path in sorted(SYSTEMD.glob("*.service")) if "\nRestart=always\n" in path.read_text()]
_UNITS_OF_SIZE = {"M": 1, "G": 1024, "%": 1}


def bound(unit: Path, name: str) -> tuple[int, bool]:
    """In megabytes, or in percent of the machine's memory."""
    (number, size), *others = re.findall(rf"^{name}=(\d+)([MG%])$", unit.read_text(), re.MULTILINE)
    assert others == []
    return int(number) * _UNITS_OF_SIZE[size], size == "%"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_what_runs_all_the_time_has_a_bound_and_is_slowed_down_before_it_is_ended(unit: Path) -> None:
    (high, high_is_share), (most, most_is_share) = bound(unit, "MemoryHigh"), bound(unit, "MemoryMax")
    assert high < most
    assert high_is_share == most_is_share


def test_there_are_such_units() -> None:
    assert len(UNITS) >= 8
