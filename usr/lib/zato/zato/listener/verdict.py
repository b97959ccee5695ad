"""What the answer to an invocation means for its message."""

from __future__ import annotations

from zato.broker.delivery import ENDED, Delivery, Outcome, Result
from zato.core.errors import Unavailable
from zato.internal.client import NOT_BEGUN, Invoked

# Refused before any service was reached, for a reason that passes by itself
_NOT_BEGUN = frozenset({"no-configuration", "memory-busy"})
# Refused for now, by a service that says when it may go well: too early, too many requests, a time-out (RFC 9110)
_LATER = frozenset({408, 425, 429})


def verdict(reply: Invoked, attempt: int) -> Result:
    """The outcome of an attempt, counted from 1, that the server has answered."""
    reason = f"{reply.code}: {reply.message}" if reply.code else f"Status {reply.status}: {reply.message}"
    if reply.status < 400:
        return Result(Outcome.DONE)
    if reply.code in _NOT_BEGUN:
        return Result(Outcome.REQUEUE, reason)
    if reply.code == "no-such-service" and attempt == 1:
        # The server that took the message may have got the newest code a moment before this one
        return Result(Outcome.RETRY, reason)
    if reply.status < 500 and reply.status not in _LATER:
        return Result(Outcome.DEAD_LETTER, reason)
    return Result(Outcome.RETRY, reason)


def verdict_without_reply(error: Unavailable, delivery: Delivery) -> Result:
    """The outcome of an attempt that the server has not answered, the same as for a request (ADR 16).

    What a process ended under twice, one after the other, is not handed to a third one.
    """
    if error.code == NOT_BEGUN:
        return Result(Outcome.REQUEUE, error.message)
    if delivery.ended:
        return Result(Outcome.DEAD_LETTER, f"Twice, one after the other: {ENDED[0].lower()}{ENDED[1:]} {error.message}")
    return Result(Outcome.ENDED, error.message)
