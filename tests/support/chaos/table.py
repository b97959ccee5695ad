"""What a scenario has shown, and the table of all: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support.chaos.counters import Counters

_HEAD = (
    *("scenario", "attempted", "acknowledged", "lost", "duplicated", "unexpected", "recovered"),
    *("failed HTTP requests", "time to recover", "bar", "verdict"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario, or part of one. `missed` says which bars were not reached, and by how much; `seen` is the rest."""

    scenario: str
    bar: str
    missed: Sequence[str]
    requests: int
    failed: int
    recover_seconds: float | None = None
    counters: Counters | None = None
    seen: Sequence[str] = ()

    @property
    def reached(self) -> bool:
        return not self.missed


def render(rows: Sequence[Row]) -> str:
    """A table in columns; below it what was missed."""
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines += [f"{row.scenario}: NOT REACHED: {text}" for row in rows for text in row.missed]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    counters = row.counters
    counted = (
        ("-",) * 6
        if counters is None
        else (
            *(str(counters.attempted), str(counters.acknowledged), str(counters.lost)),
            *(str(counters.duplicated), str(counters.unexpected), str(counters.recovered)),
        )
    )
    recover = "-" if row.recover_seconds is None else f"{row.recover_seconds:.1f} s"
    verdict = "REACHED" if row.reached else "NOT REACHED"
    return (row.scenario, *counted, f"{row.failed} of {row.requests}", recover, row.bar, verdict)
