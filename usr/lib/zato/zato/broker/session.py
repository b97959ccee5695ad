"""A process's session with the cluster's broker: the embedded one, or a RabbitMQ where the setting names one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zato.broker.delivery import Counts
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.handover import Primary
from zato.broker.protocol import ChangeNotifier
from zato.core.clock import Clock
from zato.odb.database import Database


class BrokerSession(Protocol):
    """Started after a fork, and stopped when the process ends."""

    @property
    def label(self) -> str:
        """Which broker it is."""
        ...

    @property
    def problem(self) -> str | None:
        """A sentence while it is away for this process; None while it is there."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def notifier(self, polled: ChangeNotifier) -> ChangeNotifier:
        """One for each thread that follows the log; `polled` is what there is without a broker."""
        ...

    def invocations(self, database: Database, clock: Clock, owner: str | None = None) -> Primary:
        """The asynchronous invocations; `owner` is a name that one consumer at a time has."""
        ...

    def notify(self, revision: int) -> None:
        """Tells all processes of the cluster that the log has grown; returns at once and never raises."""
        ...

    def kept_elsewhere(self) -> Counts | None:
        """Messages that are not in the ODB; None where all are. Raises Unavailable."""
        ...


class Embedded:
    """The embedded broker: there is nothing to connect to but the ODB."""

    label = "embedded"
    problem = None

    def start(self) -> None:
        """Nothing is to be started."""

    def stop(self) -> None:
        """Nothing is to be stopped."""

    def notifier(self, polled: ChangeNotifier) -> ChangeNotifier:
        return polled

    def invocations(self, database: Database, clock: Clock, owner: str | None = None) -> Primary:
        return EmbeddedInvocations(database, clock, owner=owner)

    def notify(self, revision: int) -> None:
        """The change itself is what others see."""

    def kept_elsewhere(self) -> Counts | None:
        return None


def broker_session(url: str, pki: Path, server: int, name: str) -> BrokerSession:
    """By the setting `broker`, with the certificate of `server`; `name` is unique in the cluster.

    Raises SetupError where the setting is no address of a RabbitMQ.
    """
    if not url:
        return Embedded()
    # pika takes memory, of which there is none to spare where it is not used
    from zato.broker.rabbitmq.broker import RabbitMqBroker

    return RabbitMqBroker.of_server(url, pki, server, name)
