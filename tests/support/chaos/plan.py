"""Which process is killed when: the same for the same seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Victim:
    """The main process of a unit on a host, or one of that process's children."""

    host: str
    unit: str
    child: bool = False

    def __str__(self) -> str:
        return f"{self.host}: {'a child of ' if self.child else ''}{self.unit}"


@dataclass(frozen=True, slots=True)
class Kill:
    """`after_seconds` since the start."""

    after_seconds: float
    victim: Victim


def plan_kills(seed: int, victims: Sequence[Victim], count: int, seconds: float) -> list[Kill]:
    """`count` kills within `seconds`, in order of time. Each victim is killed once before any is killed twice."""
    chance = random.Random(seed)
    chosen: list[Victim] = []
    while len(chosen) < count:
        chosen += chance.sample(victims, min(len(victims), count - len(chosen)))
    moments = sorted(chance.uniform(0, seconds) for _ in chosen)
    return [Kill(moment, victim) for moment, victim in zip(moments, chosen, strict=True)]
