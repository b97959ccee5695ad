"""python -m zato.hotdeploy --root DIR --server N."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.client.api import ApiClient
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.settings import load_cluster, load_server
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.hotdeploy.daemon import PickupDaemon
from zato.hotdeploy.deploying import Deploying


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.hotdeploy", description=__doc__)
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
    configure(
        settings.log_format or cluster.log_format, settings.log_level, f"hotdeploy-{arguments.server}", layout.logging
    )
    paths = layout.server(arguments.server)
    stop = stop_event()
    client = ApiClient.over_socket(paths.internal_socket, principal="hotdeploy")
    clock = SystemClock()
    PickupDaemon(paths.pickup, Deploying(paths.pickup, client, clock, stop), stop, Watchdog(clock)).run()
    return 0


sys.exit(main())
