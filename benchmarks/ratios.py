"""Rates of what is compared, measured in turn: what else the machine does then meets all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.chains import Load

ROUNDS = 5


def ratio(title: str, bar: float, ours: Callable[[], Load], theirs: Callable[[], Load]) -> None:
    """Measure both in turn, `ROUNDS` times, and print the median of the ratios."""
    ratios(ours, {title: (bar, theirs)})


def ratios(ours: Callable[[], Load], theirs: Mapping[str, tuple[float, Callable[[], Load]]]) -> None:
    """Measure ours and all others in turn, `ROUNDS` times; by title, print the median of ours to each, and its bar."""
    found: dict[str, list[float]] = {title: [] for title in theirs}
    for _ in range(ROUNDS):
        rate = ours().rate
        for title, (_, measure) in theirs.items():
            found[title].append(rate / measure().rate)
    for title, (bar, _) in theirs.items():
        _show(title, bar, found[title])


def _show(title: str, bar: float, found: list[float]) -> None:
    middle = median(found)
    spread = f"{min(found):.2f} to {max(found):.2f}"
    missed = "" if middle >= bar else ", NOT REACHED"
    print(f"{title:<78} {middle:5.2f}  ({spread}; bar {bar:.2f}{missed})", flush=True)
