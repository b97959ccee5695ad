"""The worker's part in the broker, and asynchronous invocations."""

from __future__ import annotations

from dataclasses import dataclass

from zato.broker.handover import Primary
from zato.broker.session import BrokerSession, broker_session
from zato.core.clock import Clock
from zato.odb.database import Database
from zato.server.wiring.shared import Shared
from zato.serving.asynchronous import AsyncInvocations


@dataclass(frozen=True, slots=True)
class Messaging:
    """`broker` is started last, once everything else is put together."""

    broker: BrokerSession
    invocations: Primary
    asynchronous: AsyncInvocations


def wire_messaging(shared: Shared, database: Database, worker: str, clock: Clock) -> Messaging:
    """`worker` is unique in the cluster. Raises SetupError where the setting names no broker."""
    broker = broker_session(shared.cluster.broker, shared.layout.pki, shared.server, worker)
    invocations = broker.invocations(database, clock)
    return Messaging(broker, invocations, AsyncInvocations(invocations, clock))
