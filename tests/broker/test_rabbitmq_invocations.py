"""Invocations on a real RabbitMQ beyond the contract: what was confirmed is delivered, whatever happens to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pika
import pytest

from support.broker_processes import broker_of
from support.brokers import Consumer, consuming, new_message
from support.rabbitmq import QUICK, RabbitMq
from support.waiting import LATE_SECONDS, until
from zato.broker.delivery import Counts, Delivery, Result
from zato.broker.protocol import UNCONFIRMED
from zato.broker.rabbitmq.broker import RabbitMqBroker
from zato.broker.rabbitmq.names import ATTEMPTS, INVOCATIONS
from zato.broker.rabbitmq.publisher import AWAY
from zato.core.errors import Unavailable
from zato.core.message import Message


@pytest.fixture
def broker(rabbitmq: RabbitMq) -> Iterator[RabbitMqBroker]:
    rabbitmq.empty()
    opened = broker_of(rabbitmq)
    yield opened
    opened.stop()


def publish(rabbitmq: RabbitMq, body: bytes, headers: dict[str, int]) -> None:
    """What no sender of Zato's would."""
    connection = rabbitmq.connect()
    connection.channel().basic_publish(INVOCATIONS, INVOCATIONS, body, pika.BasicProperties(headers=headers))
    connection.close()


def test_what_threads_send_at_the_same_time_is_confirmed_and_delivered_once(broker: RabbitMqBroker) -> None:
    sent = [new_message(str(number)) for number in range(200)]

    def send(part: list[Message]) -> None:
        for each in part:
            broker.send(each)

    threads = [threading.Thread(target=send, args=(sent[first::8],)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    consumer = Consumer()
    with consuming(broker, consumer):
        until(lambda: len(consumer.got) >= len(sent))
    assert sorted(consumer.ids) == sorted(each.id for each in sent)


def test_what_is_no_message_is_a_dead_letter_and_keeps_no_other_from_being_processed(
    broker: RabbitMqBroker, rabbitmq: RabbitMq
) -> None:
    for poison in (b"\xff\x00", b"{}", b'{"id": 1}'):
        publish(rabbitmq, poison, {})
    fine = new_message()
    broker.send(fine)
    consumer = Consumer()
    with consuming(broker, consumer):
        until(lambda: broker.counts() == Counts(0, 3))
    assert consumer.ids == [fine.id]
    assert broker.dead(10) == []
    assert broker.retry(None) == 0
    assert broker.delete(None) == 3


def test_what_nobody_lived_to_settle_too_often_is_a_dead_letter(broker: RabbitMqBroker, rabbitmq: RabbitMq) -> None:
    message = new_message()
    publish(rabbitmq, msgspec.json.encode(message), {ATTEMPTS: QUICK.deliveries_max})
    consumer = Consumer()
    with consuming(broker, consumer):
        until(lambda: broker.counts().dead == 1)
    assert consumer.got == []
    [letter] = broker.dead(1)
    assert (letter.id, letter.attempts) == (message.id, QUICK.deliveries_max)
    assert "lived to say" in letter.reason


def test_work_of_three_heartbeats_keeps_the_connection(rabbitmq: RabbitMq, broker: RabbitMqBroker) -> None:
    impatient = broker_of(rabbitmq, 2, heartbeat_seconds=1)
    problems: list[str | None] = []

    class Working(Consumer):
        def handle(self, delivery: Delivery) -> Result:
            for _ in range(30):
                problems.append(impatient.problem)
                time.sleep(0.1)
            return super().handle(delivery)

    consumer = Working()
    impatient.send(new_message())
    with consuming(impatient, consumer):
        until(lambda: bool(consumer.got))
    impatient.stop()
    assert set(problems) == {None}
    assert broker.counts() == Counts(0, 0)


def test_everything_confirmed_before_rabbitmq_was_killed_is_delivered_after_its_return(
    rabbitmq: RabbitMq, broker: RabbitMqBroker
) -> None:
    confirmed: list[str] = []
    refused: list[float] = []
    done = threading.Event()

    def send() -> None:
        while not done.is_set():
            each = new_message()
            started = time.monotonic()
            try:
                broker.send(each)
            except Unavailable:
                refused.append(time.monotonic() - started)
                time.sleep(0.01)
            else:
                confirmed.append(each.id)

    consumer = Consumer()
    threads = [threading.Thread(target=send) for _ in range(4)]
    with consuming(broker, consumer, prefetch=4):
        for thread in threads:
            thread.start()
        until(lambda: len(confirmed) > 100)
        rabbitmq.kill()
        until(lambda: broker.problem is not None)
        before = len(confirmed)
        rabbitmq.start()
        until(lambda: len(confirmed) > before + 50)
        done.set()
        for thread in threads:
            thread.join()
        until(lambda: set(confirmed) <= set(consumer.ids))
    assert max(refused) < 1, "they waited although the connection was lost"
    seen: set[str] = set()
    for delivery in consumer.got:
        assert delivery.redelivered or delivery.message.id not in seen
        seen.add(delivery.message.id)


def test_one_that_is_ending_while_rabbitmq_comes_back_leaves_all_messages_to_others(
    rabbitmq: RabbitMq, broker: RabbitMqBroker
) -> None:
    ending, busy, stop = broker_of(rabbitmq, 2), Consumer(waits=True), threading.Event()
    thread = threading.Thread(target=ending.consume, args=(busy.handle, stop), kwargs={"prefetch": 4})
    thread.start()
    messages = [new_message() for _ in range(4)]
    broker.send(messages[0])
    until(busy.begun.is_set)
    rabbitmq.kill()
    until(lambda: ending.problem is not None)
    stop.set()
    rabbitmq.start()
    until(lambda: broker.problem is None and ending.problem is None)
    for message in messages[1:]:
        broker.send(message)
    time.sleep(0.5)
    consumer = Consumer()
    with consuming(broker, consumer):
        until(lambda: len(consumer.got) == len(messages))
    busy.proceed.set()
    thread.join(30)
    ending.stop()
    assert sorted(consumer.ids) == sorted(message.id for message in messages)
    assert not any(each.redelivered for each in consumer.got if each.message != messages[0])
    assert broker.counts() == Counts(0, 0)


def test_a_rabbitmq_that_stands_still_is_unavailable_within_seconds_then_at_once_and_used_again(
    rabbitmq: RabbitMq, broker: RabbitMqBroker
) -> None:
    rabbitmq.pause()
    try:
        started = time.monotonic()
        with pytest.raises(Unavailable, match="did not confirm") as raised:
            broker.send(new_message())
        assert 4 < time.monotonic() - started < 5 + LATE_SECONDS
        assert raised.value.code == UNCONFIRMED
        until(lambda: broker.problem is not None)
        started = time.monotonic()
        with pytest.raises(Unavailable) as raised:
            broker.send(new_message())
        assert time.monotonic() - started < LATE_SECONDS
        assert raised.value.code == AWAY
    finally:
        rabbitmq.resume()
    until(lambda: broker.problem is None)
    broker.send(new_message())


def test_a_queue_that_was_deleted_is_not_taken_for_safe_and_declared_again(
    rabbitmq: RabbitMq, broker: RabbitMqBroker
) -> None:
    rabbitmq.control("delete_queue", "-p", "zato", INVOCATIONS)
    with pytest.raises(Unavailable):
        broker.send(new_message())
    until(lambda: takes_messages(broker))


def takes_messages(broker: RabbitMqBroker) -> bool:
    try:
        broker.send(new_message())
    except Unavailable:
        return False
    return True


def test_the_certificate_of_another_ca_or_of_an_unknown_user_is_refused_and_the_reason_given(
    rabbitmq: RabbitMq, tmp_path: Path
) -> None:
    for identity, reason in (
        (rabbitmq.stranger("other-ca", tmp_path), "TLS"),
        (rabbitmq.stranger("other-user", tmp_path), "no user of this certificate's name"),
    ):
        refused = RabbitMqBroker(rabbitmq.url, identity, "refused")
        refused.start()
        until(lambda refused=refused: refused.problem is not None and "not connected to yet" not in refused.problem)
        assert reason in (refused.problem or "")
        with pytest.raises(Unavailable):
            refused.send(new_message())
        refused.stop()


def test_with_several_hosts_the_one_that_is_there_is_used(rabbitmq: RabbitMq) -> None:
    url = rabbitmq.url.replace("localhost", "localhost:1,[::1]:1,localhost")
    found = RabbitMqBroker(url, rabbitmq.identity(1), "several")
    found.start()
    until(lambda: found.problem is None)
    found.stop()
