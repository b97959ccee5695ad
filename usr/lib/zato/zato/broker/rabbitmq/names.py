"""What Zato has in RabbitMQ. All of it is in one virtual host of its own, and all names start alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from zato.broker.retrying import Retrying

CHANGES = "zato.doorbell"
"""Fanout exchange; each process has a queue of its own, named after it, which goes with its connection."""
INVOCATIONS = "zato.invocations"
"""Exchange and quorum queue."""
LATER = "zato.later"
"""Exchange, and one quorum queue for each pause before another attempt; from there messages go to INVOCATIONS."""
DEAD_LETTERS = "zato.dead-letters"
"""Exchange and quorum queue."""
PERMISSION = r"^zato\."
"""Regular expression of RabbitMQ's for all of these names."""

ATTEMPTS = "zato-attempts"
"""Header: how many attempts were made before the message was put where it is."""
BEGUN = "zato-begun"
"""Header: whether one of them, or of a life before, began to process it."""
ENDED = "zato-ended"
"""Header: whether the process that ran it in the last attempt ended before it answered."""
REASON = "zato-reason"
"""Header of a dead letter."""
ORIGIN = "zato-origin"
"""Header: what has sent the message. Not in the message, where the release before refuses what it does not know."""
ORIGIN_NAME = "zato-origin-name"
"""Header: the name of that, such as the service's."""
RETURNS = "x-delivery-count"
"""RabbitMQ's own header: how often the message came back to the queue that it is in."""
DIED = "zato-died"
"""Header of a dead letter: when it became one, in the form of ISO 8601."""

_RETURNS_MAX = 20
"""How often a message may come back unsettled, whoever consumes. A consumer that lives to look at it stops sooner."""

Arguments = dict[str, str | int]
QUORUM: Arguments = {"x-queue-type": "quorum"}


def _handing_on(exchange: str) -> Arguments:
    """A message leaves the queue once the next one has it; RabbitMQ requires the overflow that goes with it."""
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-routing-key": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def queues(pauses: Iterable[timedelta]) -> dict[str, tuple[str, Arguments]]:
    """By name: the exchange that each is bound to, with its own name as the key, and its arguments."""
    return {
        DEAD_LETTERS: (DEAD_LETTERS, QUORUM),
        INVOCATIONS: (INVOCATIONS, {**QUORUM, "x-delivery-limit": _RETURNS_MAX, **_handing_on(DEAD_LETTERS)}),
        **{
            later(pause): (LATER, {**QUORUM, "x-message-ttl": _milliseconds(pause), **_handing_on(INVOCATIONS)})
            for pause in pauses
        },
    }


EXCHANGES = {CHANGES: "fanout", DEAD_LETTERS: "fanout", INVOCATIONS: "direct", LATER: "direct"}
"""Types by name."""


def later(pause: timedelta) -> str:
    """The queue in which messages wait for so long."""
    return f"{LATER}.{_milliseconds(pause)}"


def pauses(retrying: Retrying) -> list[timedelta]:
    """All pauses that there can be."""
    between = (retrying.delay_after(attempt) for attempt in range(1, retrying.deliveries_max))
    return sorted({retrying.back_delay, *(pause for pause in between if pause is not None)})


def _milliseconds(pause: timedelta) -> int:
    return round(pause / timedelta(milliseconds=1))
