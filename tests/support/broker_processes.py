"""What has a part in a RabbitMQ in tests."""

from __future__ import annotations

import threading
import time
import uuid
from multiprocessing.connection import Connection

from support.rabbitmq import QUICK, RabbitMq
from support.waiting import until
from zato.amqp.identity import TlsIdentity
from zato.broker.rabbitmq.broker import RabbitMqBroker


def broker_of(rabbitmq: RabbitMq, number: int = 1, *, heartbeat_seconds: int = 10) -> RabbitMqBroker:
    """One that has started and is there, or raises AssertionError."""
    name = f"server-{number}/{uuid.uuid4().hex[:6]}"
    broker = RabbitMqBroker(
        rabbitmq.url, rabbitmq.identity(number), name, heartbeat_seconds=heartbeat_seconds, retrying=QUICK
    )
    broker.start()
    until(lambda: broker.problem is None)
    return broker


class Polled:
    """The change notifier of an ODB on another machine."""

    interval_seconds = 0.2

    def changed(self) -> bool:
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        stop.wait(seconds)

    def notify(self, revision: int) -> None:
        pass


def hear(url: str, identity: TlsIdentity, pipe: Connection) -> None:
    """Another process: says when it is there, and for each notification when it has heard it."""
    broker = RabbitMqBroker(url, identity, "server-2/hearing")
    notifier = broker.notifier(Polled())
    broker.start()
    until(lambda: broker.problem is None)
    notifier.changed()
    pipe.send("there")
    stop = threading.Event()
    while not pipe.poll():
        notifier.wait(stop, 5)
        pipe.send(time.monotonic())
    broker.stop()
