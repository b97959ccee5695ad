"""python -m zato.agent.haproxy --root DIR: looks after this machine's HAProxy."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.agent.haproxy.names import master_socket
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.wedged import PATIENCE_SECONDS, WedgedKiller
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog

_INTERVAL_SECONDS = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.agent.haproxy", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS, help="seconds without an answer")
    arguments = parser.parse_args()
    configure("json", "info", "haproxy-agent")
    clock = SystemClock()
    stop = stop_event()
    watchdog = Watchdog(clock)
    haproxy = RunningHaproxy(master_socket(Layout(arguments.root.absolute())))
    killer = WedgedKiller("haproxy", haproxy, clock, patience_seconds=arguments.patience)
    watchdog.ready()
    while not stop.wait(_INTERVAL_SECONDS):
        watchdog.turn()
        killer.turn()
    return 0


sys.exit(main())
