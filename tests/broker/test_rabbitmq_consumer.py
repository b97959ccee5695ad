"""A consumer at the moments that a real RabbitMQ does not stop at: between a call and its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from support.brokers import Consumer as Handler
from support.brokers import new_message
from support.rabbitmq import QUICK
from support.waiting import until
from zato.broker.delivery import Outcome, Result
from zato.broker.rabbitmq.consumer import Consumer
from zato.broker.rabbitmq.publisher import Settled
from zato.core.clock import SystemClock


class Connection:
    """Its thread is the test's own, whenever that calls `turn`."""

    def __init__(self) -> None:
        self.there = True
        self.calls: list[Callable[[], None]] = []
        self.turned = 0
        self.refused = 0
        self.removed = False

    def add(self, _part: object) -> None: ...

    def remove(self, _part: object) -> None:
        self.removed = True

    def call(self, function: Callable[[], None]) -> bool:
        if self.there:
            self.calls.append(function)
        else:
            self.refused += 1
        return self.there

    def turn(self) -> None:
        while self.calls:
            self.calls.pop(0)()
            self.turned += 1


class Channel:
    """Answers at once; the question for the prefetch only when it is told to, where it `hesitates`."""

    def __init__(self, *, hesitates: bool = False) -> None:
        self.is_open = True
        self.consumer_tags: list[str] = []
        self.acked: list[int] = []
        self.nacked: list[int] = []
        self.deliver: Any = None
        self._hesitates = hesitates
        self._answer: Callable[[], None] = lambda: None

    def exchange_declare(self, *_: object, callback: Callable[[Any], None], **__: object) -> None:
        callback(None)

    queue_declare = queue_bind = exchange_declare

    def basic_qos(self, *, prefetch_count: int, callback: Callable[[Any], None]) -> None:
        self._answer = lambda: callback(None)
        if not self._hesitates:
            self._answer()

    def answer(self) -> None:
        self._answer()

    def add_on_cancel_callback(self, _callback: object) -> None: ...

    def basic_consume(self, _queue: str, deliver: Any, *, callback: Callable[[Any], None]) -> None:
        self.deliver = deliver
        self.consumer_tags.append("consumer")
        callback(None)

    def basic_cancel(self, consumer: str) -> None:
        self.consumer_tags.remove(consumer)

    def basic_ack(self, tag: int) -> None:
        self.acked.append(tag)

    def basic_nack(self, tag: int) -> None:
        self.nacked.append(tag)

    def has_message(self, tag: int) -> None:
        method = SimpleNamespace(delivery_tag=tag, redelivered=False)
        properties = SimpleNamespace(message_id="", headers={})
        self.deliver(self, method, properties, msgspec.json.encode(new_message()))


class Publisher:
    """Confirms nothing by itself."""

    def __init__(self) -> None:
        self.unconfirmed: list[Settled] = []

    def publish(self, _exchange: str, _key: str, _id: str, _body: bytes, _headers: object, settled: Settled) -> None:
        self.unconfirmed.append(settled)


class Running:
    """A consumer in a thread of its own, with all that it has to do with."""

    def __init__(self) -> None:
        self.connection = Connection()
        self.publisher = Publisher()
        self.handler = Handler()
        self.stop = threading.Event()
        self.ready = 0
        self.consumer = Consumer(
            self.connection,  # type: ignore[arg-type]
            self.publisher,  # type: ignore[arg-type]
            self.handler.handle,
            prefetch=2,
            retrying=QUICK,
            clock=SystemClock(),
        )
        self.thread = threading.Thread(target=self.consumer.run, args=(self.stop,))
        self.thread.start()

    def open(self, channel: Channel) -> None:
        def ready() -> None:
            self.ready += 1

        self.consumer.opened(channel, ready)

    def turned(self, calls: int) -> bool:
        """Whether the connection's thread has done so many calls since the beginning."""
        self.connection.turn()
        return self.connection.turned == calls

    def ended(self) -> bool:
        self.connection.turn()
        return not self.thread.is_alive()


@pytest.fixture
def running() -> Iterator[Running]:
    one = Running()
    yield one
    one.stop.set()
    one.handler.proceed.set()
    until(one.ended)


def test_one_that_is_ending_does_not_consume_on_a_new_connection(running: Running) -> None:
    running.handler.waits = True
    running.open(first := Channel())
    first.has_message(1)
    running.connection.there = False
    running.consumer.closed("killed")
    running.stop.set()
    until(lambda: running.connection.refused == 1)
    running.connection.there = True
    running.open(second := Channel())
    assert second.consumer_tags == []
    assert running.ready == 2, "the connection would be taken for one that is of no use"
    running.handler.proceed.set()
    until(running.ended)


def test_one_that_has_ended_in_order_does_not_consume_on_a_new_connection_either(running: Running) -> None:
    running.handler.waits = True
    running.open(first := Channel())
    first.has_message(1)
    running.stop.set()
    until(lambda: running.connection.calls)
    running.connection.turn()
    running.consumer.closed("killed")
    running.open(second := Channel())
    assert second.consumer_tags == []


def test_one_that_ends_before_it_consumes_does_not_begin_to(running: Running) -> None:
    running.open(channel := Channel(hesitates=True))
    running.stop.set()
    until(lambda: running.connection.calls)
    running.connection.turn()
    channel.answer()
    assert channel.consumer_tags == []
    assert running.ready == 1


def test_what_is_delivered_before_rabbitmq_knows_of_the_end_goes_back_at_once(running: Running) -> None:
    running.open(channel := Channel())
    running.stop.set()
    until(lambda: running.connection.calls)
    channel.has_message(1)
    assert channel.nacked == [1]
    running.connection.turn()
    assert channel.consumer_tags == []
    until(running.ended)
    assert running.handler.got == []


def test_its_channel_stays_until_what_is_to_wait_is_confirmed_also_after_a_connection_that_was_lost(
    running: Running,
) -> None:
    running.handler.results = {1: Result(Outcome.RETRY, "no luck")}
    running.open(Channel())
    running.consumer.closed("killed")
    running.open(channel := Channel())
    channel.has_message(1)
    until(lambda: running.turned(1))
    [settled] = running.publisher.unconfirmed
    running.stop.set()
    until(lambda: running.turned(3))  # it cancels, and asks whether all is settled
    running.thread.join(0.3)
    assert not running.connection.removed
    settled(None)
    until(running.ended)
    assert channel.acked == [1]
