"""What became of messages, counted as Jepsen's suite for RabbitMQ counts: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processing:
    """One time that a service was done with a message: the sender's `id`, and the message's own."""

    id: str
    message: str
    redelivered: bool
    server: str
    at: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Of ids that were `attempted`. Nothing is wrong where `lost`, `unexpected` and `unmarked` are 0.

    `acknowledged` ones were promised to be processed, and the `lost` of them never were. `recovered` were processed,
    though their sender was never told. `duplicated` are processings after the first of the same id; `unmarked` those of
    them that were not told to be redeliveries. `unexpected` were processed and never sent.
    """

    attempted: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    unmarked: int = 0
    unexpected: int = 0
    recovered: int = 0

    @property
    def sound(self) -> bool:
        return not (self.lost or self.unexpected or self.unmarked)


def count(attempted: Collection[str], acknowledged: Collection[str], processed: Iterable[Processing]) -> Counters:
    """Raises ValueError where what was acknowledged was not attempted: the records themselves are wrong then."""
    sent, promised = set(attempted), set(acknowledged)
    if not promised <= sent:
        raise ValueError(f"acknowledged, not attempted: {sorted(promised - sent)[:5]}")
    times: dict[str, list[Processing]] = defaultdict(list)
    for processing in processed:
        times[processing.id].append(processing)
    return Counters(
        attempted=len(sent),
        acknowledged=len(promised),
        lost=len(promised - times.keys()),
        duplicated=sum(len(each) - 1 for each in times.values()),
        unmarked=sum(_unmarked(each) for each in times.values()),
        unexpected=len(times.keys() - sent),
        recovered=len((times.keys() & sent) - promised),
    )


def lost(acknowledged: Collection[str], processed: Iterable[Processing]) -> set[str]:
    """The ids that were promised and not processed yet."""
    return set(acknowledged) - {processing.id for processing in processed}


def _unmarked(times: list[Processing]) -> int:
    """One delivery of an id is the first, and is not marked. The order of their ends does not say which it was."""
    return max(0, sum(not each.redelivered for each in times) - 1)
