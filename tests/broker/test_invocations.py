"""The contract of zato.broker.protocol.Invocations and DeadLetters, on every broker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from support.brokers import LEASE, Broker, BrokerAddress, Consumer, consuming, doomed_consumer, new_message
from support.waiting import PATIENCE_SECONDS, until
from zato.broker.delivery import REASON_BYTES_MAX, Counts, Delivery, Outcome, Result
from zato.core.message import DeadLetter, Message
from zato.core.origin import Asker


def is_of(letter: DeadLetter, message: Message) -> bool:
    """Whether all that it tells of the message is so."""
    told = (letter.id, letter.service, letter.cid, letter.sent, letter.principal, letter.payload_bytes)
    size = len(message.payload.encode())
    origin = (letter.origin, letter.origin_name) == (message.origin, message.origin_name)
    return origin and told == (message.id, message.service, message.cid, message.sent, message.principal, size)


def test_what_was_sent_is_there_for_whoever_consumes_later(address: BrokerAddress) -> None:
    message = new_message()
    address.open().send(message)
    other = address.open()
    assert other.counts() == Counts(waiting=1, dead=0)
    consumer = Consumer()
    with consuming(other, consumer):
        until(lambda: bool(consumer.got))
    assert [(each.message, each.redelivered, each.attempt) for each in consumer.got] == [(message, False, 1)]


def test_each_message_is_delivered_once_where_nothing_fails(address: BrokerAddress) -> None:
    """To one of two consumers; no order is promised."""
    messages = [new_message() for _ in range(30)]
    sender, first, second = address.open(), Consumer(), Consumer()
    long = timedelta(seconds=PATIENCE_SECONDS)  # a busy machine may hold up a consumer, which then is no dead one
    with consuming(address.open(long), first), consuming(address.open(long), second):
        for message in messages:
            sender.send(message)
        until(lambda: len(first.ids) + len(second.ids) >= len(messages))
        time.sleep(0.2)
    assert sorted(first.ids + second.ids) == sorted(message.id for message in messages)
    assert not any(delivery.redelivered for delivery in first.got + second.got)
    assert sender.counts() == Counts(waiting=0, dead=0)


def test_what_a_killed_consumer_had_is_delivered_again_and_marked(address: BrokerAddress, broker: Broker) -> None:
    messages = [new_message() for _ in range(3)]
    for message in messages:
        broker.send(message)
    with doomed_consumer(address, prefetch=2) as process:
        assert process.stdout is not None
        taken = {process.stdout.readline().strip() for _ in range(2)}
        process.kill()
        process.wait()
    consumer = Consumer()
    with consuming(broker, consumer):
        until(lambda: len(consumer.ids) == 3)
    assert {each.message.id for each in consumer.got if each.redelivered} == taken
    assert sorted(consumer.ids) == sorted(message.id for message in messages)


@pytest.mark.parametrize(
    ("origin", "name"), [(Asker.INVOCATION, ""), (Asker.JOB, "żółw, nightly"), (Asker.DELIVERY, "x" * 500)]
)
def test_a_dead_letter_says_what_has_sent_it_however_often_it_was_delivered(
    broker: Broker, origin: Asker, name: str
) -> None:
    message = new_message(origin=origin, origin_name=name)
    consumer = Consumer({number: Result(Outcome.RETRY, "no luck") for number in (1, 2, 3, 4)})
    with consuming(broker, consumer):
        broker.send(message)
        until(lambda: broker.counts().dead == 1)
        assert broker.retry([message.id]) == 1
        until(lambda: len(consumer.got) == 6)
        until(lambda: broker.counts().dead == 1)
    assert {each.message for each in consumer.got} == {message}
    [letter] = broker.dead(10)
    assert (letter.origin, letter.origin_name) == (origin, name)


def test_a_failure_is_tried_again_until_the_message_is_a_dead_letter(broker: Broker) -> None:
    message = new_message()
    consumer = Consumer({number: Result(Outcome.RETRY, f"no luck {number}") for number in (1, 2, 3)})
    with consuming(broker, consumer):
        broker.send(message)
        until(lambda: broker.counts().dead == 1)
    assert [(each.attempt, each.redelivered) for each in consumer.got] == [(1, False), (2, True), (3, True)]
    assert {each.message for each in consumer.got} == {message}
    [letter] = broker.dead(10)
    assert is_of(letter, message)
    assert (letter.attempts, letter.reason) == (3, "no luck 3")
    assert broker.payload(message.id) == message.payload
    assert broker.payload("0" * 32) is None
    assert letter.died > message.sent


def test_a_failure_that_is_mended_in_time_is_done(broker: Broker) -> None:
    consumer = Consumer({1: Result(Outcome.RETRY, "not yet")})
    with consuming(broker, consumer):
        broker.send(new_message())
        until(lambda: len(consumer.got) == 2 and broker.counts() == Counts(0, 0))


def test_what_a_process_ended_under_is_tried_again_and_says_so_for_one_attempt(broker: Broker) -> None:
    consumer = Consumer({1: Result(Outcome.ENDED, "gone"), 2: Result(Outcome.RETRY, "no luck")})
    with consuming(broker, consumer):
        broker.send(new_message())
        until(lambda: len(consumer.got) == 3 and broker.counts() == Counts(0, 0))
    assert [(each.attempt, each.redelivered, each.ended) for each in consumer.got] == [
        (1, False, False),
        (2, True, True),
        (3, True, False),
    ]


def test_what_the_handler_raises_is_tried_again(broker: Broker) -> None:
    class Raising(Consumer):
        def handle(self, delivery: object) -> Result:
            result = super().handle(delivery)  # type: ignore[arg-type]
            if result.outcome is Outcome.DEAD_LETTER:
                raise RuntimeError("broken")
            return result

    consumer = Raising({1: Result(Outcome.DEAD_LETTER)})
    with consuming(broker, consumer):
        broker.send(new_message())
        until(lambda: len(consumer.got) == 2 and broker.counts() == Counts(0, 0))


def test_what_cannot_go_well_is_a_dead_letter_at_once(broker: Broker) -> None:
    message = new_message()
    consumer = Consumer({1: Result(Outcome.DEAD_LETTER, "no such service")})
    with consuming(broker, consumer):
        broker.send(message)
        until(lambda: broker.counts() == Counts(waiting=0, dead=1))
    assert len(consumer.got) == 1
    [letter] = broker.dead(10)
    assert is_of(letter, message)
    assert (letter.attempts, letter.reason) == (1, "no such service")


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "\N{SNOWMAN}" * 500_000, "half a character: \ud800"],
    ids=["long", "long-in-bytes", "not-text"],
)
def test_whatever_a_service_says_is_the_reason_of_its_dead_letter_alone(broker: Broker, text: str) -> None:
    messages = [new_message() for _ in range(4)]
    wrong = messages[0]

    class Refusing(Consumer):
        def handle(self, delivery: Delivery) -> Result:
            super().handle(delivery)
            return Result(Outcome.DEAD_LETTER, text) if delivery.message == wrong else Result(Outcome.DONE)

    consumer = Refusing()
    with consuming(broker, consumer):
        for message in messages:
            broker.send(message)
        until(lambda: broker.counts() == Counts(waiting=0, dead=1))
    assert sorted(consumer.ids) == sorted(each.id for each in messages), "one was delivered twice"
    [letter] = broker.dead(10)
    assert is_of(letter, wrong)
    assert letter.attempts == 1
    assert letter.reason[:18] == text[:18]
    assert len(letter.reason.encode()) <= REASON_BYTES_MAX


@contextmanager
def consumed_as_dead_letters(broker: Broker, count: int) -> Iterator[tuple[Consumer, list[Message]]]:
    """So many messages, all of them dead letters by now, and who goes on to consume."""
    messages = [new_message() for _ in range(count)]
    consumer = Consumer({1: Result(Outcome.DEAD_LETTER, "no")})
    with consuming(broker, consumer):
        for message in messages:
            broker.send(message)
        until(lambda: broker.counts().dead == count)
        yield consumer, messages


def test_a_dead_letter_can_be_delivered_again_as_a_redelivery(broker: Broker) -> None:
    with consumed_as_dead_letters(broker, 3) as (consumer, messages):
        consumer.results.clear()
        assert broker.retry([messages[0].id, "0" * 32]) == 1
        until(lambda: len(consumer.got) == 4 and broker.counts() == Counts(0, 2))
        assert broker.retry(None) == 2
        until(lambda: len(consumer.got) == 6 and broker.counts() == Counts(0, 0))
    again = consumer.got[3:]
    assert again[0].message == messages[0]
    assert [(each.redelivered, each.attempt) for each in again] == [(True, 1)] * 3


def test_a_dead_letter_can_be_deleted(broker: Broker) -> None:
    with consumed_as_dead_letters(broker, 3) as (_, messages):
        """Nobody consumes while they are deleted."""
    assert broker.delete([messages[1].id, "0" * 32]) == 1
    assert {letter.id for letter in broker.dead(10)} == {messages[0].id, messages[2].id}
    assert len(broker.dead(1)) == 1
    assert broker.delete(None) == 2
    assert broker.counts() == Counts(0, 0)


def test_dead_letters_stay_however_often_they_are_looked_at(broker: Broker) -> None:
    """RabbitMQ 4 gives up on what came back to a queue more than twenty times, unless it is told otherwise."""
    messages = [new_message() for _ in range(3)]
    consumer = Consumer({1: Result(Outcome.DEAD_LETTER, "no")})
    with consuming(broker, consumer):
        for message in messages:
            broker.send(message)
        until(lambda: broker.counts().dead == 3)
    first = broker.dead(10)
    for _ in range(30):
        assert broker.dead(10) == first
    assert broker.delete(["0" * 32]) == 0
    assert broker.counts() == Counts(waiting=0, dead=3)


def test_what_was_not_begun_is_delivered_again_without_end(broker: Broker) -> None:
    left = 5  # more than it may be attempted

    class Declining(Consumer):
        def handle(self, delivery: object) -> Result:
            nonlocal left
            left -= 1
            return super().handle(delivery) if left < 0 else Result(Outcome.REQUEUE)  # type: ignore[arg-type]

    consumer = Declining()
    with consuming(broker, consumer):
        broker.send(new_message())
        until(lambda: bool(consumer.got) and broker.counts() == Counts(0, 0))
    assert left == -1


def test_a_message_that_may_have_been_sent_before_is_marked_from_its_first_delivery(broker: Broker) -> None:
    consumer = Consumer()
    message = new_message(resent=True)
    broker.send(message)
    with consuming(broker, consumer):
        until(lambda: bool(consumer.got))
    assert (consumer.got[0].message.id, consumer.got[0].redelivered, consumer.got[0].attempt) == (message.id, True, 1)


@pytest.mark.parametrize("prefetch", [1, 3])
def test_no_more_than_the_prefetch_are_under_way_at_the_same_time(broker: Broker, prefetch: int) -> None:
    consumer = Consumer(seconds=0.05)
    for _ in range(8):
        broker.send(new_message())
    with consuming(broker, consumer, prefetch=prefetch):
        until(lambda: broker.counts() == Counts(0, 0))
    assert consumer.most == prefetch


@pytest.mark.parametrize("text", ["", '{"name": "Zażółć 東京 \\u0000 🐘"}', '"' + "ż" * 1024 * 1024 + '"'])
def test_payloads_arrive_as_they_were_sent(broker: Broker, text: str) -> None:
    message = new_message(text)
    consumer = Consumer()
    with consuming(broker, consumer):
        broker.send(message)
        until(lambda: bool(consumer.got))
    assert consumer.got[0].message == message


def test_work_that_takes_long_is_delivered_to_nobody_else(address: BrokerAddress, broker: Broker) -> None:
    consumer = Consumer(waits=True)
    with consuming(broker, consumer), consuming(address.open(), consumer):
        broker.send(new_message())
        until(lambda: bool(consumer.got))
        time.sleep(1.6 * LEASE.total_seconds())
        consumer.proceed.set()
        until(lambda: broker.counts() == Counts(0, 0))
    assert len(consumer.got) == 1


def test_stopping_waits_for_what_is_under_way_and_takes_nothing_new(broker: Broker) -> None:
    consumer = Consumer(seconds=0.5)
    for _ in range(3):
        broker.send(new_message())
    with consuming(broker, consumer, prefetch=2):
        until(lambda: len(consumer.got) == 2)
    assert len(consumer.got) == 2
    assert broker.counts() == Counts(waiting=1, dead=0)
