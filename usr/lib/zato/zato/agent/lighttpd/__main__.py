"""python -m zato.agent.lighttpd --root DIR --server N: keeps lighttpd as the ODB and the certificates say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.agent.bell import PatientBell
from zato.agent.lighttpd.answering import AnsweringLighttpd
from zato.agent.lighttpd.keeper import LighttpdKeeper
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.limits import connections_max
from zato.agent.wedged import PATIENCE_SECONDS, WedgedKiller
from zato.config.listener import Listener
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.ports import from_here
from zato.host.settings import load_cluster, load_server
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.odb.doorbell import Doorbell
from zato.odb.log import ConfigurationLog
from zato.odb.opening import open_odb


def main() -> int:
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
    configure(settings.log_format or cluster.log_format, settings.log_level, f"lighttpd-agent-{arguments.server}")
    database = open_odb(cluster)
    stop = stop_event()
    clock = SystemClock()
    keeper = LighttpdKeeper(layout, arguments.server, clock, stop)
    watchdog = Watchdog(clock)
    address = from_here(cluster.bind), cluster.lighttpd_port_of(arguments.server)
    lighttpd = AnsweringLighttpd(
        RunningLighttpd(layout.server(arguments.server).lighttpd), address, connections_max=connections_max()
    )
    killer = WedgedKiller("lighttpd", lighttpd, clock, patience_seconds=arguments.patience)

    def tick() -> None:
        watchdog.turn()
        keeper.tick()
        killer.turn()

    log = ConfigurationLog(database)
    listener = Listener(log, PatientBell(Doorbell(database)), clock, keeper.configuration, tick)
    watchdog.ready()
    listener.run(stop)
    return 0


sys.exit(main())
