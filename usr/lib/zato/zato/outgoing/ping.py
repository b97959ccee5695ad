"""What a ping of a connection found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PingResult:
    """`stage` is how far the ping got: name, connect, tls, authentication, query, response, or "done"."""

    ok: bool
    stage: str
    message: str
    milliseconds: float
