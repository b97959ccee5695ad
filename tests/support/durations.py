"""What a run of the tests took: its slowest ones, each with its reason, and until when each process had work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from support.scheduling import scope_of

LEAST_SECONDS = 1.0
SCOPES = 30


@dataclass(frozen=True, slots=True)
class Phase:
    """The set-up, call or tear-down of a test, and the process of pytest that it ran in."""

    test: str
    name: str
    process: str
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def reason(test: str, reasons: Mapping[str, str]) -> str | None:
    """Why it may take long: what `reasons` says of the test itself, or of its file."""
    function, _, _ = test.partition("[")
    return reasons.get(function, reasons.get(test.partition("::")[0]))


def slowest(phases: Iterable[Phase], count: int, reasons: Mapping[str, str]) -> Iterator[str]:
    """A line for each of the slowest ones; what has no reason is to get one, or to be made quicker."""
    for phase in sorted(phases, key=lambda phase: -phase.seconds)[:count]:
        if phase.seconds >= LEAST_SECONDS:
            why = reason(phase.test, reasons) or "NO REASON IN tests/support/reasons.py"
            yield f"{phase.seconds:6.1f}s {phase.name:<8} {phase.test}: {why}"


def processes(phases: Iterable[Phase]) -> Iterator[str]:
    """A line for each process of pytest, the last to end first: until when it had work, and what it ran last."""
    by_process: dict[str, list[Phase]] = defaultdict(list)
    for phase in phases:
        by_process[phase.process].append(phase)
    if not by_process:
        return
    began = min(phase.began for each in by_process.values() for phase in each)
    last = {name: max(each, key=lambda phase: phase.ended) for name, each in by_process.items()}
    for name, phase in sorted(last.items(), key=lambda item: -item[1].ended):
        yield f"{phase.ended - began:6.1f}s {name}: {scope_of(phase.test)}"


def scopes(phases: Iterable[Phase]) -> Iterator[str]:
    """A line for each of what is run together and takes long, in the order of support.scheduling.LONGEST to be."""
    together: dict[str, float] = defaultdict(float)
    for phase in phases:
        together[scope_of(phase.test)] += phase.seconds
    for scope, seconds in sorted(together.items(), key=lambda item: -item[1])[:SCOPES]:
        yield f"{seconds:6.1f}s {scope}"
