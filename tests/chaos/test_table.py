"""The table that the fault suite ends with."""

from __future__ import annotations

from support.chaos.counters import Counters
from support.chaos.table import Row, render


def test_a_row_that_missed_nothing_is_reached_and_one_that_missed_something_says_what() -> None:
    good = Row(
        "broker-away", "0 failed", [], requests=300, failed=0, recover_seconds=1.25, counters=Counters(9, 8, 0, 3)
    )
    bad = Row("host-frozen", "out within 3 s", ["out after 4.0 s"], requests=300, failed=2)
    lines = render([good, bad]).splitlines()
    assert lines[0].split("  ")[0] == "scenario"
    assert lines[1].split() == [
        "broker-away",
        "9",
        "8",
        "0",
        "3",
        "0",
        "0",
        "0",
        "of",
        "300",
        "1.2",
        "s",
        "0",
        "failed",
        "REACHED",
    ]
    assert lines[2].endswith("NOT REACHED")
    assert lines[3] == "host-frozen: NOT REACHED: out after 4.0 s"
    assert (good.reached, bad.reached) == (True, False)


def test_its_columns_are_aligned() -> None:
    rows = [Row(name, "a bar", [], requests=1, failed=0) for name in ("short", "a longer name")]
    found = {line.index("a bar") for line in render(rows).splitlines()[1:]}
    assert len(found) == 1
