"""python -m zato.listener --root DIR --server N: asynchronous invocations for the server beside it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.broker.session import broker_session
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.settings import load_cluster, load_server
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.internal.client import InternalClient
from zato.listener.consuming import Consuming
from zato.listener.holding import Holding
from zato.odb.opening import open_odb
from zato.odb.state import State


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.listener", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    parser.add_argument("--server", type=int, required=True, help="the server's number")
    arguments = parser.parse_args()
    layout = Layout(arguments.root.absolute())
    try:
        cluster = load_cluster(layout)
        settings = load_server(layout, arguments.server)
        broker = broker_session(cluster.broker, layout.pki, arguments.server, f"listener-{arguments.server}")
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 logging is not set up yet
        return 1
    configure(
        settings.log_format or cluster.log_format, settings.log_level, f"listener-{arguments.server}", layout.logging
    )
    stop = stop_event()
    clock = SystemClock()
    watchdog = Watchdog(clock)
    name = f"listener-{arguments.server}"
    broker.start()
    database = open_odb(cluster, pool_size=2)
    invocations = broker.invocations(database, clock, owner=name)
    server = InternalClient(layout.server(arguments.server).internal_socket, "listener")
    consuming = Consuming(invocations, server, watchdog, Holding(State(database), clock).held)
    watchdog.ready()
    consuming.run(stop)
    broker.stop()
    return 0


sys.exit(main())
