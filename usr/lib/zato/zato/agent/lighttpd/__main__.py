"""python -m zato.agent.lighttpd --root DIR --server N: keeps lighttpd as settings and certificates say."""

from __future__ import annotations

import sys
from wsgiref.types import WSGIApplication

from zato.agent.api.kept import KeptApi
from zato.agent.api.server import ApiServer
from zato.agent.lighttpd.answering import AnsweringLighttpd
from zato.agent.lighttpd.reconciler import LighttpdReconciler
from zato.agent.limits import connections_max
from zato.agent.managed.unresponsive import UnresponsiveKiller, patience
from zato.core.clock import SystemClock
from zato.host.listening import here
from zato.host.logs import get_logger
from zato.host.process import server_process
from zato.host.secrecy import refuse_inspection
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.pki.names import ADMIN, lighttpd_agent_name

_TURN_SECONDS = 0.25
_FAILED_PAUSE_SECONDS = 1.0


def main() -> int:
    refuse_inspection()
    process = server_process("zato.agent.lighttpd", "lighttpd-agent", __doc__, patience)
    layout, cluster, number = process.layout, process.cluster, process.number
    stop = stop_event()
    clock = SystemClock()
    reconciler = LighttpdReconciler(layout, cluster, number, clock, stop)
    watchdog = Watchdog(clock)
    address = here(cluster), cluster.lighttpd_port_of(number)
    lighttpd = AnsweringLighttpd(reconciler.running, address, connections_max=connections_max())
    killer = UnresponsiveKiller("lighttpd", lighttpd, clock, patience_seconds=process.arguments.patience)

    def application() -> WSGIApplication:
        from zato.agent.api import lighttpd as api

        return api.application(layout, reconciler, number)

    api = KeptApi(
        ApiServer(
            cluster.lighttpd_agent_port_of(number),
            certificate=layout.pki / f"{lighttpd_agent_name(number)}.crt",
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
            get_logger("zato.agent.lighttpd").exception("The agent met an unexpected error and goes on")
            stop.wait(_FAILED_PAUSE_SECONDS)
        stop.wait(_TURN_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
