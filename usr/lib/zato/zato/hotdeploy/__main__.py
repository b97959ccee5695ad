"""python -m zato.hotdeploy --root DIR --server N."""

from __future__ import annotations

import sys

from zato.client.api import ApiClient
from zato.core.clock import SystemClock
from zato.core.own_principals import Component
from zato.host.process import server_process
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.hotdeploy.daemon import PickupDaemon
from zato.hotdeploy.deploying import Deploying


def main() -> int:
    process = server_process("zato.hotdeploy", "hotdeploy", __doc__)
    paths = process.layout.server(process.number)
    stop = stop_event()
    client = ApiClient.over_socket(paths.internal_socket, principal=Component.HOTDEPLOY)
    clock = SystemClock()
    PickupDaemon(paths.pickup, Deploying(paths.pickup, client, clock, stop), stop, Watchdog(clock)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
