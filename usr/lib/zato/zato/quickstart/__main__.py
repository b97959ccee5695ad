"""python -m zato.quickstart: the supervisor of a cluster that `zato quickstart start` has checked and prepared."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output
from zato.quickstart.processes import commands, greeting_options
from zato.quickstart.supervisor import Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.quickstart", description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--lock", type=int, required=True, help="descriptor that holds the lock on the directory")
    parser.add_argument("--since", type=float, required=True)
    parser.add_argument("--examples", type=Path)
    parser.add_argument("--json", action="store_true", help="every line of output is a JSON object")
    arguments = parser.parse_args()
    os.set_inheritable(arguments.lock, False)  # no process may go on holding it after this one
    layout = Layout(arguments.root)
    try:
        cluster = load_cluster(layout)
        processes = commands(layout, cluster, greeting_options(arguments.since, arguments.examples))
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - logging is not set up
        return 1
    log_format = "json" if arguments.json else cluster.log_format
    output = Output([command.name for command in processes], log_format, RingWriter(layout.log))
    supervisor = Supervisor(processes, layout.run / "processes", output)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop)
    signal.signal(signal.SIGCHLD, supervisor.look)
    output.say(f"Starting the cluster {cluster.name!r} from {layout.root}")
    supervisor.run()
    output.say("Everything has ended")
    return 0


sys.exit(main())
