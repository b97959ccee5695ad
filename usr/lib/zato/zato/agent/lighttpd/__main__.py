"""python -m zato.agent.lighttpd --root DIR --server N: keeps lighttpd as the ODB and the certificates say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.agent.lighttpd.keeper import LighttpdKeeper
from zato.config.listener import Listener
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.settings import load_cluster, load_server
from zato.odb.database import Database
from zato.odb.doorbell import Doorbell
from zato.odb.log import ConfigurationLog


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.agent.lighttpd", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    parser.add_argument("--server", type=int, required=True, help="the server's number")
    arguments = parser.parse_args()
    layout = Layout(arguments.root.absolute())
    try:
        cluster = load_cluster(layout)
        settings = load_server(layout, arguments.server)
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 logging is not set up yet
        return 1
    configure(settings.log_format or cluster.log_format, settings.log_level, f"lighttpd-agent-{arguments.server}")
    database = Database(cluster.odb)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    clock = SystemClock()
    keeper = LighttpdKeeper(layout, arguments.server, clock, stop)
    log = ConfigurationLog(database)
    Listener(log, Doorbell(database), clock, keeper.configuration, keeper.tick).run(stop)
    return 0


sys.exit(main())
