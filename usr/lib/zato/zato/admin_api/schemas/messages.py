"""Requests and responses about asynchronous messages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from zato.admin_api.schemas.values import Cid, MessageId, Principal, RequestSchema, ResponseSchema
from zato.core.origin import Asker


class MessagesFilter(RequestSchema, frozen=True):
    """All conditions hold of a dead letter that is meant."""

    service: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    principal: Principal | None = None
    cid: Cid | None = None
    origin: Asker | None = None
    q: Annotated[str, Meta(min_length=1, max_length=200, description="In the reason, in any case.")] | None = None
    since: Annotated[datetime, Meta(tz=True, description="Given up from then on.")] | None = None
    until: Annotated[datetime, Meta(tz=True, description="Given up before.")] | None = None


class DeadLettersQuery(MessagesFilter, frozen=True):
    """Of those that the conditions hold of, so many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class WhichMessages(RequestSchema, frozen=True):
    """Some dead letters, those that a filter describes, or all of them."""

    ids: (
        Annotated[
            list[MessageId], Meta(min_length=1, max_length=1000, description="Null for all, or those of the filter.")
        ]
        | None
    )
    filter: Annotated[MessagesFilter, Meta(description="Of the newest 1,000; in place of ids.")] | None = None


class MessageCount(ResponseSchema, frozen=True):
    """How many messages it was done to."""

    count: int


class SentMessage(ResponseSchema, frozen=True):
    """A message that is safe, and will be delivered to its service."""

    message_id: str
    service: str
    cid: str


class DeadLetter(ResponseSchema, frozen=True):
    """A message that is not delivered any more; `reason` is the last failure's."""

    id: str
    service: str
    payload_bytes: int
    cid: str
    principal: str
    sent: datetime
    died: datetime
    attempts: int
    reason: str
    origin: Asker
    origin_name: str
    """Of a message the service that has sent it, of a job or a delivery their item; empty where there is none."""


class DeadLetterInFull(ResponseSchema, frozen=True):
    """The same, and what was sent to the service: JSON, empty where there was nothing."""

    letter: DeadLetter
    payload: str


class DeadLetters(ResponseSchema, frozen=True):
    """Dead letters, newest first."""

    messages: list[DeadLetter]


class HeldMessage(ResponseSchema, frozen=True):
    """A message that waits; `begun` says that it was given to a service before, which may have processed it."""

    id: str
    service: str
    cid: str
    sent: datetime
    principal: str
    origin: Asker
    origin_name: str
    begun: bool
    payload_bytes: int


class HeldMessages(ResponseSchema, frozen=True):
    """The oldest first."""

    messages: list[HeldMessage]


class Released(ResponseSchema, frozen=True):
    """Whether that was changed by this, and how many messages wait; null while whoever keeps them is away."""

    changed: bool
    messages: int | None


class HoldReason(RequestSchema, frozen=True):
    """Why, for whoever asks for the status."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)] = "held by an operator"


class MessageCounts(ResponseSchema, frozen=True):
    """Messages that wait, and dead letters."""

    waiting: int
    dead: int


class BrokerState(ResponseSchema, frozen=True):
    """Where asynchronous messages go, as the worker that answers sees it."""

    kind: Literal["embedded", "rabbitmq"]
    address: str | None
    """Of RabbitMQ: its hosts and virtual host."""
    problem: str | None
    """Why this worker has no connection to it."""
    messages: MessageCounts | None
    """Wherever they are kept; null while that is away."""
    in_rabbitmq: MessageCounts | None
    """Those of them that RabbitMQ keeps; null where there is none, and while it is away."""
    held: bool
    """Whether messages wait until somebody releases them."""
