"""A process's session with RabbitMQ: one connection for whatever the process does with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from zato.amqp.connection import HEARTBEAT_SECONDS, AmqpConnection
from zato.amqp.identity import TlsIdentity
from zato.broker.delivery import Counts
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.handover import Primary, WithHandover
from zato.broker.protocol import ChangeNotifier, Handle
from zato.broker.rabbitmq.address import parse
from zato.broker.rabbitmq.change_notifier import Fanout
from zato.broker.rabbitmq.consumer import Consumer
from zato.broker.rabbitmq.dead_letters import RabbitMqDeadLetters
from zato.broker.rabbitmq.names import pauses
from zato.broker.rabbitmq.publisher import AWAY, CONFIRM_SECONDS, Publisher
from zato.broker.retrying import Retrying
from zato.core.clock import Clock, SystemClock
from zato.core.errors import Unavailable
from zato.core.message import DeadLetter, Message
from zato.odb.database import Database
from zato.odb.messages import Messages
from zato.pki.names import server_name


class RabbitMqBroker:
    """Notifications and invocations. Made after a fork; `start` connects in the background, and goes on trying."""

    def __init__(
        self,
        url: str,
        identity: TlsIdentity,
        name: str,
        *,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
        retrying: Retrying | None = None,
    ) -> None:
        """`name`, which operators of RabbitMQ see, is unique in the cluster."""
        address = parse(url)
        self._retrying = retrying or Retrying()
        self._connection = AmqpConnection(address, identity, name, heartbeat_seconds=heartbeat_seconds)
        self._fanout = Fanout(self._connection, name)
        self._publisher = Publisher(self._connection, pauses(self._retrying))
        self._dead_letters = RabbitMqDeadLetters(address, identity, name, pauses(self._retrying))
        self._connection.add(self._fanout)
        self._connection.add(self._publisher)

    @classmethod
    def of_server(cls, url: str, pki: Path, number: int, name: str) -> RabbitMqBroker:
        """With the certificate of server `number`."""
        user = server_name(number)
        return cls(url, TlsIdentity(pki / "ca.crt", pki / f"{user}.crt", pki / f"{user}.key"), name)

    @property
    def label(self) -> str:
        """Where it is."""
        return self._connection.label

    @property
    def problem(self) -> str | None:
        """A sentence while it is away for this process; None while it is there."""
        return None if self._connection.there else self._connection.problem

    def start(self) -> None:
        self._connection.start()

    def stop(self) -> None:
        self._connection.stop()

    def notifier(self, polled: ChangeNotifier) -> ChangeNotifier:
        """A notifier for one thread that follows the log; it falls back on `polled` while RabbitMQ is away."""
        return self._fanout.notifier(polled)

    def invocations(self, database: Database, clock: Clock, owner: str | None = None) -> Primary:
        """Those of this RabbitMQ, and of the ODB while it is away; consumers need no owner, as connections end."""
        return WithHandover(self, Messages(database), EmbeddedInvocations(database, clock), clock)

    def notify(self, revision: int) -> None:
        """Tells all processes of the cluster, without waiting for them."""
        self._fanout.notify(revision)

    def kept_elsewhere(self) -> Counts | None:
        """What RabbitMQ keeps."""
        return self.counts()

    def send(self, message: Message) -> None:
        """See zato.broker.protocol.Invocations."""
        self._publisher.send(message)

    def consume(self, handle: Handle, stop: threading.Event, *, prefetch: int) -> None:
        """See zato.broker.protocol.Invocations."""
        consumer = Consumer(
            self._connection, self._publisher, handle, prefetch=prefetch, retrying=self._retrying, clock=SystemClock()
        )
        consumer.run(stop)

    def counts(self) -> Counts:
        """See zato.broker.protocol.DeadLetters, and so for what follows."""
        return self._reachable_dead_letters().counts()

    def dead(self, limit: int) -> list[DeadLetter]:
        return self._reachable_dead_letters().dead(limit)

    def payload(self, message_id: str) -> str | None:
        return self._reachable_dead_letters().payload(message_id)

    def retry(self, ids: Sequence[str] | None) -> int:
        return self._reachable_dead_letters().retry(ids)

    def delete(self, ids: Sequence[str] | None) -> int:
        return self._reachable_dead_letters().delete(ids)

    def _reachable_dead_letters(self) -> RabbitMqDeadLetters:
        """Raises Unavailable at once where it is known to be away, as a connection may take seconds to fail."""
        if not self._connection.await_news(CONFIRM_SECONDS):
            raise Unavailable(self._connection.problem, code=AWAY)
        return self._dead_letters
