"""python -m zato.agent.lighttpd --root DIR --server N: keeps lighttpd as settings and certificates say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from wsgiref.types import WSGIApplication

from zato.agent.api.kept import KeptApi
from zato.agent.api.server import ApiServer
from zato.agent.lighttpd.answering import AnsweringLighttpd
from zato.agent.lighttpd.reconciler import LighttpdReconciler
from zato.agent.limits import connections_max
from zato.agent.managed.unresponsive import PATIENCE_SECONDS, UnresponsiveKiller
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.logs import configure, get_logger
from zato.host.secrecy import refuse_inspection
from zato.host.settings import load_cluster, load_server
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.pki.names import ADMIN, lighttpd_agent_name

_TURN_SECONDS = 0.1
_FAILED_PAUSE_SECONDS = 1.0


def main() -> int:
    refuse_inspection()
    parser = argparse.ArgumentParser(prog="python -m zato.agent.lighttpd", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    parser.add_argument("--server", type=int, required=True, help="the server's number")
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds without lighttpd's answer")
    arguments = parser.parse_args()
    layout = Layout(arguments.root.absolute())
    try:
        cluster = load_cluster(layout)
        settings = load_server(layout, arguments.server)
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 logging is not set up yet
        return 1
    configure(
        settings.log_format or cluster.log_format,
        settings.log_level,
        f"lighttpd-agent-{arguments.server}",
        layout.logging,
    )
    stop = stop_event()
    clock = SystemClock()
    reconciler = LighttpdReconciler(layout, cluster, arguments.server, clock, stop)
    watchdog = Watchdog(clock)
    address = here(cluster), cluster.lighttpd_port_of(arguments.server)
    lighttpd = AnsweringLighttpd(reconciler.running, address, connections_max=connections_max())
    killer = UnresponsiveKiller("lighttpd", lighttpd, clock, patience_seconds=arguments.patience)

    def application() -> WSGIApplication:
        from zato.agent.api import lighttpd as api

        return api.application(layout, reconciler, arguments.server)

    api = KeptApi(
        ApiServer(
            cluster.lighttpd_agent_port_of(arguments.server),
            certificate=layout.pki / f"{lighttpd_agent_name(arguments.server)}.crt",
            ca=layout.ca_certificate,
            allowed={ADMIN},
            application=application,
        ),
        clock,
    )

    watchdog.ready()
    while not stop.is_set():
        watchdog.turn()
        try:
            api.turn(reconciler.addresses)
            reconciler.tick()
            killer.turn()
        except Exception:  # noqa: BLE001 - the outermost loop: lighttpd is to be kept whatever went wrong once
            get_logger("zato.agent.lighttpd").exception("agent_turn_failed")
            stop.wait(_FAILED_PAUSE_SECONDS)
        stop.wait(_TURN_SECONDS)
    return 0


sys.exit(main())
