"""Notifications reach every process within milliseconds while RabbitMQ is there; else the log is polled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from pika.exceptions import AMQPError

from zato.amqp.connection import AmqpConnection
from zato.broker.protocol import ChangeNotifier
from zato.broker.rabbitmq.names import CHANGES
from zato.broker.rabbitmq.topology import declare_changes
from zato.host.logs import get_logger

LOOK_ANYWAY_SECONDS = 0.5
"""A notification may be lost; no change is overlooked for longer than this."""
_LOOK_FOR_STOP_SECONDS = 0.25
_QUICK_SECONDS = 0.05


class Fanout:
    """A user of a connection: notifies all processes, and hears what each of them says, itself too."""

    def __init__(self, connection: AmqpConnection, name: str) -> None:
        """`name` begins the name of this process's queue."""
        self._connection = connection
        self._name = name
        self._channel: Any = None
        self._notifiers: list[RabbitMqChangeNotifier] = []
        self._log = get_logger("zato.broker")

    @property
    def there(self) -> bool:
        """Whether notifications are heard."""
        return self._channel is not None

    def notifier(self, polled: ChangeNotifier) -> RabbitMqChangeNotifier:
        """One for each thread that follows the log; `polled` is what it has without RabbitMQ."""
        notifier = RabbitMqChangeNotifier(self, polled)
        self._notifiers.append(notifier)
        return notifier

    def notify(self, revision: int) -> None:
        """Returns at once, and never raises."""
        self._connection.call(lambda: self._publish(revision))

    def opened(self, channel: Any, ready: Callable[[], None]) -> None:
        queue = f"{CHANGES}.{self._name}.{token_hex(4)}"  # the former one may take a moment to go

        def hearing(_: Any) -> None:
            self._channel = channel
            ready()
            self._rung()  # for what was missed meanwhile

        def declared() -> None:
            channel.add_on_cancel_callback(lambda _: self._connection.fail("its queue of notifications went away"))
            channel.basic_consume(queue, lambda *_: self._rung(), auto_ack=True, callback=hearing)

        declare_changes(channel, queue, declared)

    def closed(self, reason: str) -> None:
        self._channel = None
        self._rung()  # the log is polled from now on, at once

    def _publish(self, revision: int) -> None:
        if self._channel is None or not self._channel.is_open:
            return
        try:
            self._channel.basic_publish(CHANGES, "", str(revision).encode())
        except AMQPError as error:  # whoever does not hear it polls
            self._log.debug("A notification of a change was lost", revision=revision, reason=repr(error))

    def _rung(self) -> None:
        for notifier in self._notifiers:
            notifier.heard()


class RabbitMqChangeNotifier:
    """Belongs to one thread, except `heard` and `notify`."""

    def __init__(self, fanout: Fanout, polled: ChangeNotifier) -> None:
        self._fanout = fanout
        self._polled = polled
        self._quick = _is_quick(polled)
        self._news = threading.Event()
        self._wake = threading.Event()
        self._looked = 0.0

    @property
    def interval_seconds(self) -> float:
        """How long to wait between two questions: longer while notifications are heard."""
        if self._quick or not self._fanout.there:
            return self._polled.interval_seconds
        return LOOK_ANYWAY_SECONDS

    def changed(self) -> bool:
        now = time.monotonic()
        notified = self._news.is_set()
        self._news.clear()
        if self._quick or not self._fanout.there:
            return self._polled.changed() or notified
        if not notified and now - self._looked < LOOK_ANYWAY_SECONDS * 0.9:
            return False
        self._looked = now
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        if self._quick:
            self._polled.wait(stop, seconds)
            return
        # Without notifications nobody ends the wait but who asks again; with them, one may be lost
        until = time.monotonic() + min(seconds, self.interval_seconds)
        while not stop.is_set() and not self._wake.is_set():
            left = until - time.monotonic()
            if left <= 0:
                break
            self._wake.wait(min(left, _LOOK_FOR_STOP_SECONDS))
        self._wake.clear()

    def notify(self, revision: int) -> None:
        self._fanout.notify(revision)

    def heard(self) -> None:
        """Something has changed."""
        self._news.set()
        self._wake.set()


def _is_quick(polled: ChangeNotifier) -> bool:
    """Whether looking is about as quick as a message, as with SQLite's files: then it goes on."""
    return polled.interval_seconds < _QUICK_SECONDS
