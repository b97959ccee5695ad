"""Deliveries of messages, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from zato.core.message import Message

REASON_BYTES_MAX = 4000
"""Of a reason in UTF-8. It may travel in a header, and all headers of a message have to fit into one frame of AMQP."""
_CUT = b"..."
ENDED = "The process that ran it ended before it answered."
"""Reason of a Result whose outcome is Outcome.ENDED."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One attempt to have a message processed."""

    message: Message
    redelivered: bool
    """Whether it may have been processed before, in whole or in part."""
    attempt: int
    """From 1, as far as the broker counts: an attempt that nobody lived to tell of may be missing."""
    ended: bool = False
    """Whether the outcome of the attempt before this one was Outcome.ENDED."""


class Outcome(StrEnum):
    """What came of a delivery."""

    DONE = "done"
    RETRY = "retry"
    """It failed and may go well another time: delivered again, up to the limit; then it is a dead letter."""
    ENDED = "ended"
    """The process that ran it ended, maybe because of it: delivered again like what has failed, and marked."""
    DEAD_LETTER = "dead-letter"
    """It cannot go well: a dead letter at once."""
    REQUEUE = "requeue"
    """It was not begun: delivered again, by whoever comes first. Not an attempt, where the broker can leave it out."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a delivery, and a sentence that says why where it is not done.

    Whoever failed has written it, so what is too long is cut, and half a character is written as its number.
    """

    outcome: Outcome
    reason: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", _bounded(self.reason))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages there are: `waiting` to be processed or being processed, and dead letters."""

    waiting: int
    dead: int


def _bounded(reason: str) -> str:
    data = reason.encode("utf-8", "backslashreplace")
    cut = data[: REASON_BYTES_MAX - len(_CUT)] + _CUT if len(data) > REASON_BYTES_MAX else data
    return cut.decode("utf-8", "ignore")
