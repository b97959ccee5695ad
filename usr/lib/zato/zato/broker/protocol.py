"""What every broker does. `embedded` needs nothing but the ODB, `rabbitmq` a RabbitMQ."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from zato.broker.delivery import Counts, Delivery, Result
from zato.core.message import DeadLetter, Message

UNCONFIRMED = "message-unconfirmed"
"""Code of the Unavailable of a message that may be delivered although its sender was not told that it is safe."""

Handle = Callable[[Delivery], Result]


class ChangeNotifier(Protocol):
    """Announces that the log has grown. A notification that is lost costs time, never correctness."""

    @property
    def interval_seconds(self) -> float:
        """How long to wait between two questions, as things are now."""
        ...

    def changed(self) -> bool:
        """A cheap hint that looking into the log is worth it; it may say yes in vain."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when it is notified, when `stop` is set, or after so many seconds.

        Where nothing notifies it, it returns once it is worth asking again.
        """
        ...

    def notify(self, revision: int) -> None:
        """Tells all others, without waiting for them. Never raises: who does not hear it polls."""
        ...


class Sender(Protocol):
    """The side of those who send."""

    def send(self, message: Message) -> None:
        """Returns once the message is safe: it survives this process, and the broker's restart.

        Raises Unavailable where it is not; its code is UNCONFIRMED where it may be delivered all the same.
        """
        ...


class Invocations(Sender, Protocol):
    """Delivers each message at least once, to one of those who consume."""

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        """Hands over deliveries until `stop` is set, `prefetch` at most at the same time, each in a thread.

        Returns when those under way are done. What this process does not live to acknowledge is delivered again,
        as `redelivered`; so at most `prefetch` messages of each consumer are processed twice. Goes on by itself when
        the broker was away. What `handle` raises counts as RETRY.
        """
        ...


class DeadLetters(Protocol):
    """The side of operators: how much there is to do, and dead letters. Everything may raise Unavailable."""

    def counts(self) -> Counts:
        """Of the whole cluster."""
        ...

    def dead(self, limit: int) -> list[DeadLetter]:
        """The newest first. Takes no more memory than one of them has as a message, however many there are."""
        ...

    def payload(self, message_id: str) -> str | None:
        """Of a dead letter; None where there is none of that id."""
        ...

    def retry(self, ids: Sequence[str] | None) -> int:
        """Has dead letters, all without ids, delivered again as redeliveries from attempt 1. Says how many."""
        ...

    def delete(self, ids: Sequence[str] | None) -> int:
        """Deletes dead letters, all without ids, for good. Says how many."""
        ...
