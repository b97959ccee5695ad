"""python -m zato.listener --root DIR --server N: asynchronous invocations for the server beside it."""

from __future__ import annotations

import sys

from zato.broker.session import broker_session
from zato.cluster.odb_identity import identity_of
from zato.core.clock import SystemClock
from zato.core.own_principals import Component
from zato.host.process import or_end, server_process
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.internal.client import InternalClient
from zato.listener.consumer_loop import ConsumerLoop
from zato.listener.holding import Holding
from zato.odb.opening import open_odb
from zato.odb.state import State


def main() -> int:
    process = server_process("zato.listener", "listener", __doc__)
    layout, cluster = process.layout, process.cluster
    with or_end():
        database = open_odb(cluster, pool_size=2, ours=identity_of(layout, None))  # it has no secret to decrypt
        broker = broker_session(cluster.broker, layout.pki, process.number, process.name)
    stop = stop_event()
    clock = SystemClock()
    watchdog = Watchdog(clock)
    broker.start()
    invocations = broker.invocations(database, clock, owner=process.name)
    server = InternalClient(layout.server(process.number).internal_socket, Component.LISTENER)
    loop = ConsumerLoop(invocations, server, watchdog, Holding(State(database), clock).held)
    watchdog.ready()
    loop.run(stop)
    broker.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
