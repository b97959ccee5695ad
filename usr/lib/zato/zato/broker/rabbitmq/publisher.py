"""Publishing: RabbitMQ confirms each message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pika
from pika.exceptions import AMQPError

from zato.amqp.connection import AmqpConnection
from zato.amqp.reasons import reason_of
from zato.broker.protocol import UNCONFIRMED
from zato.broker.rabbitmq.amqp_message import body_of, origin_headers
from zato.broker.rabbitmq.names import INVOCATIONS
from zato.broker.rabbitmq.topology import declare_invocations
from zato.core.errors import Unavailable
from zato.core.message import Message

CONFIRM_SECONDS = 5.0
AWAY = "broker-unavailable"
"""Code of the Unavailable of a message that was not sent."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message is not safe, as half a sentence, and whether it may be delivered all the same."""

    reason: str
    unconfirmed: bool


Settled = Callable[[Failure | None], None]
"""Called once, in the connection's thread: with nothing once most of the queue's nodes have the message on disk."""


class Publisher:
    """A user of a connection. Any number of threads may `send` at once, each waits for its own confirmation."""

    def __init__(
        self, connection: AmqpConnection, pauses: Sequence[timedelta], *, confirm_seconds: float = CONFIRM_SECONDS
    ) -> None:
        self._connection = connection
        self._pauses = pauses
        self._confirm_seconds = confirm_seconds
        # What follows belongs to the connection's thread
        self._channel: Any = None
        self._last = 0
        self._unconfirmed: dict[int, tuple[str, Settled]] = {}
        self._returned: dict[str, str] = {}

    def send(self, message: Message) -> None:
        """Returns once the message is safe.

        Raises Unavailable at once where RabbitMQ is known to be away, or else after `confirm_seconds` at most.
        """
        if self._channel is None and not self._connection.await_news(self._confirm_seconds):
            raise Unavailable(self._connection.problem, code=AWAY)
        if self._connection.blocked:
            raise self._unavailable(Failure("takes no messages for now, as it is short of memory or disk", False))
        body, headers = body_of(message), origin_headers(message)
        settled = threading.Event()
        failure: Failure | None = None

        def settle(found: Failure | None) -> None:
            nonlocal failure
            failure = found
            settled.set()

        if not self._connection.call(lambda: self.publish(INVOCATIONS, INVOCATIONS, message.id, body, headers, settle)):
            raise Unavailable(self._connection.problem, code=AWAY)
        if not settled.wait(self._confirm_seconds):
            self._connection.call(lambda: self._give_up(settle))
            raise self._unavailable(Failure("did not confirm the message in time", True))
        if failure is not None:
            raise self._unavailable(failure)

    def publish(
        self, exchange: str, key: str, message_id: str, body: bytes, headers: dict[str, Any], settled: Settled
    ) -> None:
        """In the connection's thread only."""
        if self._channel is None or not self._channel.is_open:
            settled(Failure("was not ready for the message", False))
            return
        properties = pika.BasicProperties(
            message_id=message_id,
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent,
            headers=headers,
        )
        try:
            self._channel.basic_publish(exchange, key, body, properties, mandatory=True)
        except AMQPError as error:
            settled(Failure(f"did not take the message: {reason_of(error)}", True))
            return
        self._last += 1
        self._unconfirmed[self._last] = message_id, settled

    def _give_up(self, settle: Settled) -> None:
        """Unless the connection that the message went over is another one by now, or has confirmed it at last."""
        if any(waiting is settle for _, waiting in self._unconfirmed.values()):
            self._connection.fail(f"it did not confirm a message within {self._confirm_seconds:g} s")

    def opened(self, channel: Any, ready: Callable[[], None]) -> None:
        def confirming(_: Any) -> None:
            self._channel, self._last = channel, 0
            ready()

        def declared() -> None:
            channel.add_on_return_callback(self._on_return)
            channel.confirm_delivery(self._on_confirmation, callback=confirming)

        declare_invocations(channel, self._pauses, declared)

    def closed(self, reason: str) -> None:
        self._channel = None
        lost, self._unconfirmed = self._unconfirmed, {}
        self._returned.clear()
        for _, settled in lost.values():
            settled(Failure(f"went away before it confirmed the message: {reason}", True))

    def _on_return(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        """There is no queue for it, says RabbitMQ before it confirms the message."""
        self._returned[properties.message_id] = method.reply_text
        self._connection.fail("a queue is missing")  # all are declared again with each connection

    def _on_confirmation(self, frame: Any) -> None:
        method = frame.method
        tag = method.delivery_tag
        tags = [each for each in self._unconfirmed if each <= tag] if method.multiple else [tag]
        refused = None if isinstance(method, pika.spec.Basic.Ack) else Failure("refused the message", True)
        for each in tags:
            message_id, settled = self._unconfirmed.pop(each)
            returned = self._returned.pop(message_id, None)
            settled(refused if returned is None else Failure(f"has no queue for it ({returned})", False))

    def _unavailable(self, failure: Failure) -> Unavailable:
        code = UNCONFIRMED if failure.unconfirmed else AWAY
        return Unavailable(f"RabbitMQ at {self._connection.label} {failure.reason}.", code=code)
