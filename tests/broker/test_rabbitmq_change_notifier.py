"""The change notifier on a real RabbitMQ, between processes."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from statistics import quantiles

import pytest

from support.broker_processes import Polled, broker_of, hear
from support.rabbitmq import RabbitMq
from support.waiting import until
from zato.broker.protocol import ChangeNotifier
from zato.broker.rabbitmq.broker import RabbitMqBroker
from zato.broker.rabbitmq.change_notifier import LOOK_ANYWAY_SECONDS

NOTIFICATIONS = 200


class Quick(Polled):
    """The change notifier of a file on this machine."""

    interval_seconds = 0.02

    def changed(self) -> bool:
        return False


@pytest.fixture
def broker(rabbitmq: RabbitMq) -> Iterator[RabbitMqBroker]:
    opened = broker_of(rabbitmq)
    yield opened
    opened.stop()


def asked(notifier: ChangeNotifier) -> bool:
    """What it says after it has said that there is nothing new."""
    until(lambda: not notifier.changed())
    return notifier.changed()


def test_a_notification_reaches_another_process_within_milliseconds(rabbitmq: RabbitMq, broker: RabbitMqBroker) -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    other = multiprocessing.get_context("spawn").Process(
        target=hear, args=(rabbitmq.url, rabbitmq.identity(2), there), daemon=True
    )
    other.start()
    try:
        assert here.poll(20)
        assert here.recv() == "there"
        time.sleep(0.1)
        while here.poll():
            here.recv()
        took = []
        for revision in range(NOTIFICATIONS):
            started = time.monotonic()
            broker.notify(revision)
            took.append(here.recv() - started)
    finally:
        other.kill()
        other.join()
    hundredths = quantiles(took, n=100)
    print(f"median {hundredths[49] * 1000:.1f} ms, p99 {hundredths[98] * 1000:.1f} ms")
    assert hundredths[49] < 0.1


def test_while_notifications_arrive_the_log_is_looked_at_seldom_and_at_once_after_one(broker: RabbitMqBroker) -> None:
    notifier = broker.notifier(Polled())
    assert notifier.interval_seconds == LOOK_ANYWAY_SECONDS
    notifier.changed()
    assert not asked(notifier)
    broker.notify(7)
    started = time.monotonic()
    notifier.wait(threading.Event(), 60)
    assert time.monotonic() - started < 30
    assert notifier.changed()
    assert not notifier.changed()
    time.sleep(LOOK_ANYWAY_SECONDS)
    assert notifier.changed(), "a lost notification would never be made up for"


def test_waiting_ends_when_the_process_is_to_stop(broker: RabbitMqBroker) -> None:
    stop = threading.Event()
    notifier = broker.notifier(Polled())
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    notifier.wait(stop, 60)
    assert time.monotonic() - started < 30


def test_an_odb_that_is_looked_at_without_a_query_goes_on_being_looked_at(broker: RabbitMqBroker) -> None:
    notifier = broker.notifier(Quick())
    assert notifier.interval_seconds == Quick.interval_seconds
    assert not asked(notifier)
    broker.notify(1)
    until(notifier.changed)


def test_without_rabbitmq_the_log_is_polled_at_once_and_when_it_is_back_notifications_arrive(
    rabbitmq: RabbitMq, broker: RabbitMqBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    notifier = broker.notifier(Polled())
    assert not asked(notifier)
    rabbitmq.kill()
    started = time.monotonic()
    notifier.wait(threading.Event(), 60)
    assert time.monotonic() - started < 30
    assert notifier.changed()
    assert notifier.changed()
    assert notifier.interval_seconds == Polled.interval_seconds
    broker.notify(1)  # nobody hears it, and nothing is raised
    time.sleep(1)
    rabbitmq.start()
    until(lambda: broker.problem is None)
    notifier.wait(threading.Event(), 5)
    assert notifier.changed(), "what was changed meanwhile is looked for"
    assert not asked(notifier)
    broker.notify(2)
    until(notifier.changed)
    said = capsys.readouterr()
    assert (said.out + said.err).count("The broker is away") == (said.out + said.err).count("The broker is back") == 1
