"""Receiving invocations: work is done in threads of its own, what came of it is told in the connection's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from zato.amqp.connection import AmqpConnection
from zato.broker.delivery import Delivery, Outcome, Result
from zato.broker.protocol import Handle
from zato.broker.rabbitmq.amqp_message import body_of, delivery_of, message_in, origin_headers
from zato.broker.rabbitmq.names import (
    ATTEMPTS,
    BEGUN,
    DEAD_LETTERS,
    DIED,
    ENDED,
    INVOCATIONS,
    LATER,
    REASON,
    later,
    pauses,
)
from zato.broker.rabbitmq.publisher import Failure, Publisher
from zato.broker.rabbitmq.topology import declare_invocations
from zato.broker.retrying import Retrying
from zato.core.clock import Clock
from zato.host.logs import get_logger

_SETTLE_SECONDS = 5.0
_NOBODY = "Nobody who was given it lived to say what came of it."


class Consumer:
    """A user of a connection, as long as somebody consumes. RabbitMQ hands over `prefetch` unsettled messages at most.

    What is to wait, or is dead, is first published where it belongs, and then acknowledged where it was.
    """

    def __init__(
        self,
        connection: AmqpConnection,
        publisher: Publisher,
        handle: Handle,
        *,
        prefetch: int,
        retrying: Retrying,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._publisher = publisher
        self._handle = handle
        self._prefetch = prefetch
        self._retrying = retrying
        self._clock = clock
        self._pool = ThreadPoolExecutor(prefetch, thread_name_prefix="delivery")
        self._settled = threading.Event()
        self._ending = False
        """Changed under `_guard`: from then on nothing goes into the pool, whenever that thread learns of it."""
        self._guard = threading.Lock()
        # What follows belongs to the connection's thread
        self._channel: Any = None
        self._under_way: set[int] = set()
        self._log = get_logger("zato.broker")

    def run(self, stop: threading.Event) -> None:
        """Returns when `stop` is set and what is under way is done, and settled where RabbitMQ is there."""
        self._connection.add(self)
        stop.wait()
        with self._guard:
            self._ending = True
        self._connection.call(self._cancel)
        self._pool.shutdown()
        if self._connection.call(self._tell_settled):
            self._settled.wait(_SETTLE_SECONDS)
        self._connection.remove(self)

    def opened(self, channel: Any, ready: Callable[[], None]) -> None:
        """Consumes, unless it is ending: on a new connection it would hold up what others can process."""

        def limited(_: Any) -> None:
            if self._ending:
                ready()
                return
            channel.add_on_cancel_callback(lambda _: self._connection.fail("its queue went away"))
            channel.basic_consume(INVOCATIONS, self._on_message, callback=lambda _: ready())

        def declared() -> None:
            channel.basic_qos(prefetch_count=self._prefetch, callback=limited)

        if self._ending:
            ready()
            return
        self._channel = channel
        self._settled.clear()  # which `closed` had set, as nothing could be settled any more
        declare_invocations(channel, pauses(self._retrying), declared)

    def closed(self, reason: str) -> None:
        """What is under way goes on; RabbitMQ delivers it again, since it will not hear what comes of it."""
        self._channel = None
        self._under_way.clear()
        self._settled.set()

    def _on_message(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        with self._guard:
            if self._ending:
                channel.basic_nack(method.delivery_tag)  # the answer to `_cancel` is on its way
            else:
                self._take(channel, method, properties, body)

    def _take(self, channel: Any, method: Any, properties: Any, body: bytes) -> None:
        tag = method.delivery_tag
        headers = properties.headers or {}
        try:
            message = message_in(body, headers)
        except ValueError as error:
            self._log.error(
                "What the broker has delivered is no message", message=properties.message_id, reason=str(error)
            )
            channel.basic_reject(tag, requeue=False)
            return
        delivery = delivery_of(message, headers, redelivered=bool(method.redelivered))
        self._under_way.add(tag)
        if delivery.attempt > self._retrying.deliveries_max:
            self._to_dead_letters(channel, tag, delivery, delivery.attempt - 1, _NOBODY)
        else:
            self._pool.submit(self._work, channel, tag, delivery)

    def _work(self, channel: Any, tag: int, delivery: Delivery) -> None:
        try:
            result = self._handle(delivery)
        except Exception as error:  # noqa: BLE001 - the outermost loop of a thread: the message must not be lost with it
            message = delivery.message
            self._log.exception("A delivery could not be handled", message=message.id, cid=message.cid)
            result = Result(Outcome.RETRY, f"It could not be handled: {error!r}")
        self._connection.call(lambda: self._settle(channel, tag, delivery, result))

    def _settle(self, channel: Any, tag: int, delivery: Delivery, result: Result) -> None:
        if channel is not self._channel:
            return  # a tag means something on its own channel only
        attempt = delivery.attempt
        match result.outcome:
            case Outcome.DONE:
                channel.basic_ack(tag)
                self._forget(tag)
            case Outcome.DEAD_LETTER:
                self._to_dead_letters(channel, tag, delivery, attempt, result.reason)
            case Outcome.REQUEUE:
                headers = {ATTEMPTS: attempt - 1, BEGUN: delivery.redelivered}
                self._move(channel, tag, delivery, LATER, later(self._retrying.back_delay), headers)
            case Outcome.RETRY | Outcome.ENDED:
                delay = self._retrying.delay_after(attempt)
                if delay is None:
                    self._to_dead_letters(channel, tag, delivery, attempt, result.reason)
                else:
                    headers = {ATTEMPTS: attempt, BEGUN: True, ENDED: result.outcome is Outcome.ENDED}
                    self._move(channel, tag, delivery, LATER, later(delay), headers)

    def _to_dead_letters(self, channel: Any, tag: int, delivery: Delivery, attempts: int, reason: str) -> None:
        headers = {ATTEMPTS: attempts, REASON: reason, DIED: self._clock.now().isoformat()}
        self._move(channel, tag, delivery, DEAD_LETTERS, DEAD_LETTERS, headers)

    def _move(
        self, channel: Any, tag: int, delivery: Delivery, exchange: str, key: str, headers: dict[str, Any]
    ) -> None:
        def moved(failure: Failure | None) -> None:
            if channel is not self._channel or not channel.is_open:
                return
            if failure is None:
                channel.basic_ack(tag)
            else:
                channel.basic_nack(tag)
            self._forget(tag)

        message = delivery.message
        headers = headers | origin_headers(message)
        self._publisher.publish(exchange, key, message.id, body_of(message), headers, moved)

    def _forget(self, tag: int) -> None:
        self._under_way.discard(tag)
        if self._ending:
            self._tell_settled()

    def _cancel(self) -> None:
        if self._channel is not None and self._channel.is_open:
            for consumer in list(self._channel.consumer_tags):
                self._channel.basic_cancel(consumer)

    def _tell_settled(self) -> None:
        if not self._under_way:
            self._settled.set()
