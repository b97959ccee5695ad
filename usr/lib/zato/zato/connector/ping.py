"""What a ping of a connection found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PingResult:
    """`stage` is the Stage that failed, or DONE; `message` a sentence without secrets; the time is that of the ping."""

    ok: bool
    stage: str
    message: str
    milliseconds: float
