"""Dead letters, and how many messages there are: each question has a connection of its own, as few are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pika
from pika.exceptions import AMQPError

from zato.amqp.address import AmqpAddress
from zato.amqp.identity import TlsIdentity
from zato.amqp.parameters import connection_parameters
from zato.amqp.reasons import reason_of
from zato.broker.delivery import Counts
from zato.broker.rabbitmq.amqp_message import body_of, message_in, origin_headers
from zato.broker.rabbitmq.names import ATTEMPTS, BEGUN, DEAD_LETTERS, DIED, INVOCATIONS, REASON, RETURNS, queues
from zato.broker.rabbitmq.publisher import AWAY
from zato.core.errors import Unavailable
from zato.core.message import DeadLetter, Message

_HEARTBEAT_SECONDS = 30
# Each look lets the message come back to its queue. RabbitMQ 4 drops what has done so more than 20 times, but where the
# queue says something else; one that is there cannot be made to, and 3 knows no word for no limit
_LOOKS_MAX = 10
_LIMIT = "It was given back too often by consumers that were cut off."


@dataclass(frozen=True, slots=True)
class _DeadLetter:
    """A dead letter as it is in its queue."""

    message: Message
    attempts: int
    reason: str
    died: datetime

    def described(self) -> DeadLetter:
        return DeadLetter(
            id=self.message.id,
            service=self.message.service,
            cid=self.message.cid,
            sent=self.message.sent,
            principal=self.message.principal,
            payload_bytes=len(self.message.payload.encode()),
            attempts=self.attempts,
            reason=self.reason,
            origin=self.message.origin,
            origin_name=self.message.origin_name,
            died=self.died,
        )


class RabbitMqDeadLetters:
    """A protocol.DeadLetters. RabbitMQ does not tell how many messages are just being processed: they do not count.

    Looking at dead letters takes them out of the queue for a moment; one that is no message cannot be shown, and
    counts.
    """

    def __init__(self, address: AmqpAddress, identity: TlsIdentity, name: str, pauses: Sequence[timedelta]) -> None:
        self._address = address
        self._identity = identity
        self._name = f"{name}/letters"
        self._pauses = pauses

    def counts(self) -> Counts:
        with self._channel() as channel:
            ready = {
                name: channel.queue_declare(name, passive=True).method.message_count for name in queues(self._pauses)
            }
        dead = ready.pop(DEAD_LETTERS)
        return Counts(waiting=sum(ready.values()), dead=dead)

    def dead(self, limit: int) -> list[DeadLetter]:
        with self._channel() as channel:
            found = [letter.described() for _, letter in _dead_letters(channel) if letter is not None]
        return sorted(found, key=lambda letter: letter.died, reverse=True)[:limit]

    def payload(self, message_id: str) -> str | None:
        with self._channel() as channel:
            return next(
                (
                    letter.message.payload
                    for _, letter in _dead_letters(channel)
                    if letter is not None and letter.message.id == message_id
                ),
                None,
            )

    def retry(self, ids: Sequence[str] | None) -> int:
        count = 0
        with self._channel() as channel:
            for tag, letter in _dead_letters(channel):
                if letter is None or (ids is not None and letter.message.id not in ids):
                    continue
                properties = pika.BasicProperties(
                    message_id=letter.message.id,
                    content_type="application/json",
                    delivery_mode=pika.DeliveryMode.Persistent,
                    headers={ATTEMPTS: 0, BEGUN: True, **origin_headers(letter.message)},
                )
                body = body_of(letter.message)
                channel.basic_publish(INVOCATIONS, INVOCATIONS, body, properties, mandatory=True)
                channel.basic_ack(tag)
                count += 1
        return count

    def delete(self, ids: Sequence[str] | None) -> int:
        with self._channel() as channel:
            if ids is None:
                return int(channel.queue_purge(DEAD_LETTERS).method.message_count)
            count = 0
            for tag, letter in _dead_letters(channel):
                if letter is not None and letter.message.id in ids:
                    channel.basic_ack(tag)
                    count += 1
        return count

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        """What was taken and not acknowledged is back in its queue at the end."""
        parameters = [
            connection_parameters(host, port, self._address.vhost, self._identity, self._name, _HEARTBEAT_SECONDS)
            for host, port in self._address.hosts
        ]
        try:
            connection = pika.BlockingConnection(parameters)
            try:
                channel = connection.channel()
                channel.confirm_delivery()
                yield channel
                channel.close()
            finally:
                if connection.is_open:
                    connection.close()
        except (AMQPError, OSError) as error:
            raise Unavailable(f"RabbitMQ at {self._address.label} is away: {reason_of(error)}.", code=AWAY) from error


def _dead_letters(channel: Any) -> Iterator[tuple[int, _DeadLetter | None]]:
    """All of them, with None for what is no message."""
    left = channel.queue_declare(DEAD_LETTERS, passive=True).method.message_count
    while left:
        method, properties, body = channel.basic_get(DEAD_LETTERS)
        if method is None:
            return
        headers = properties.headers or {}
        if headers.get(RETURNS, 0) >= _LOOKS_MAX:
            _put_anew(channel, method.delivery_tag, properties, body)
            continue
        left -= 1
        yield method.delivery_tag, _dead_letter(headers, body)


def _put_anew(channel: Any, tag: int, properties: pika.BasicProperties, body: bytes) -> None:
    """It goes to the end of its queue as one that nobody has looked at, and is there twice rather than not at all."""
    headers = dict(properties.headers or {})
    headers.setdefault(ATTEMPTS, headers.pop(RETURNS, 0))
    properties.headers = headers
    channel.basic_publish(DEAD_LETTERS, DEAD_LETTERS, body, properties, mandatory=True)
    channel.basic_ack(tag)


def _dead_letter(headers: dict[str, Any], body: bytes) -> _DeadLetter | None:
    try:
        message = message_in(body, headers)
    except ValueError:
        return None
    died = headers.get(DIED)
    return _DeadLetter(
        message=message,
        attempts=headers.get(ATTEMPTS, headers.get(RETURNS, 0)),
        reason=headers.get(REASON, _LIMIT),
        died=datetime.fromisoformat(died) if isinstance(died, str) else message.sent,
    )
