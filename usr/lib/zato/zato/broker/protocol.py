"""What every broker does. `embedded` needs nothing but the ODB, `rabbitmq` a RabbitMQ."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from zato.broker.message import Delivery, Message, Outcome

DELIVERIES_MAX = 5
"""How often a message is delivered before it is a dead letter."""


class Doorbell(Protocol):
    """Announces that the log has grown. A ring that is lost costs time, never correctness."""

    interval_seconds: float
    """How long to wait between two questions."""

    def changed(self) -> bool:
        """A cheap hint that looking into the log is worth it; it may say yes in vain."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when it rings, when `stop` is set, or after so many seconds."""
        ...

    def ring(self, revision: int) -> None:
        """Tells all others, without waiting for them. Never raises: who does not hear it polls."""
        ...


class Invocations(Protocol):
    """Delivers each message at least once, to one of those who consume."""

    def send(self, message: Message) -> None:
        """Returns once the message is safe: it survives this process, and the broker's restart.

        Raises Unavailable where it is not; then it may, or may not, be delivered.
        """
        ...

    def consume(self, handle: Callable[[Delivery], Outcome], stop: threading.Event, *, prefetch: int) -> None:
        """Hands over deliveries until `stop` is set, `prefetch` at most at the same time, each in a thread.

        Returns when those under way are done. What this process does not live to acknowledge is delivered again,
        as `redelivered`; so at most `prefetch` messages of each consumer are processed twice. Goes on by itself when
        the broker was away.
        """
        ...
