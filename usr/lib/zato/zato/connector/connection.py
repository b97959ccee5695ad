"""What connections of all protocols have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PingResult:
    """`stage` is the Stage that failed, or DONE; `message` a sentence without secrets; the time is that of the ping."""

    ok: bool
    stage: str
    message: str
    milliseconds: float


class Connection(Protocol):
    """Connects when it is first used; constructing one does no I/O. May be used by many threads at once."""

    name: str

    def ping(self, cid: str) -> PingResult:
        """Try the whole way to the other system on a connection of its own. Never raises: the result says it all."""
        ...

    def retire(self) -> None:
        """The configuration has no use for it any more: close what is idle, close the rest when its calls end.

        A request that started before may go on using it; nothing is kept open after that.
        """
        ...
