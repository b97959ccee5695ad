"""What each unit may take of the machine's memory."""

from __future__ import annotations

from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = [path for path in sorted(SYSTEMD.glob("*.service")) if "\nRestart=always\n" in path.read_text()]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_what_runs_all_the_time_has_a_bound(unit: Path) -> None:
    assert "\nMemoryMax=" in unit.read_text()


def test_there_are_such_units() -> None:
    assert len(UNITS) >= 8
