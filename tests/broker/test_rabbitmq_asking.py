"""How often the log is looked at with a RabbitMQ, decided without one."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

import pytest

from support.broker_processes import Polled
from support.waiting import LATE_SECONDS
from zato.amqp.connection import AmqpConnection
from zato.broker.rabbitmq.change_notifier import LOOK_ANYWAY_SECONDS, Fanout
from zato.odb.change_notifier import PROMPT


class Channel:
    """Answers at once; `deliver` is what it does with a notification."""

    def exchange_declare(self, *_: Any, callback: Any, **__: Any) -> None:
        callback(None)

    queue_declare = queue_bind = exchange_declare

    def add_on_cancel_callback(self, _: Any) -> None:
        pass

    def basic_consume(self, _: str, deliver: Any, *, auto_ack: bool, callback: Any) -> None:
        self.deliver = deliver
        callback(None)


class Server(Polled):
    """An ODB on a server; shorter intervals count as those of a file, which is looked at whatever a broker says."""

    interval_seconds = 0.06


@pytest.fixture
def fanout() -> Fanout:
    return Fanout(cast("AmqpConnection", None), "server-1")


def test_without_notifications_the_odb_is_asked_as_often_as_without_a_broker(fanout: Fanout) -> None:
    notifier = fanout.notifier(Server())
    assert notifier.interval_seconds == Server.interval_seconds
    notifier.wait(threading.Event(), 3600)
    assert notifier.changed()


def test_while_notifications_are_heard_it_is_asked_seldom_and_a_notification_ends_the_wait(fanout: Fanout) -> None:
    channel, notifier = Channel(), fanout.notifier(Server())
    fanout.opened(channel, lambda: None)
    assert notifier.interval_seconds == LOOK_ANYWAY_SECONDS > PROMPT.interval_seconds
    assert notifier.changed(), "what was missed before is not looked for"
    notifier.wait(threading.Event(), 0)
    assert not notifier.changed()
    threading.Timer(0.05, lambda: channel.deliver(None, None, None, b"7")).start()
    notifier.wait(threading.Event(), 3600)
    assert notifier.changed()
    assert not notifier.changed()


def test_a_notification_that_was_lost_is_looked_for_however_long_somebody_would_wait(fanout: Fanout) -> None:
    notifier = fanout.notifier(Server())
    fanout.opened(Channel(), lambda: None)
    assert notifier.changed()
    notifier.wait(threading.Event(), 0)
    started = time.monotonic()
    notifier.wait(threading.Event(), 3600)
    assert time.monotonic() - started < LOOK_ANYWAY_SECONDS + LATE_SECONDS
    assert notifier.changed()


def test_a_connection_that_is_lost_ends_the_wait(fanout: Fanout) -> None:
    channel, notifier = Channel(), fanout.notifier(Server())
    fanout.opened(channel, lambda: None)
    notifier.changed()
    notifier.wait(threading.Event(), 0)
    threading.Timer(0.05, lambda: fanout.closed("it was killed")).start()
    notifier.wait(threading.Event(), 3600)
    assert notifier.changed()
    assert notifier.interval_seconds == Server.interval_seconds
