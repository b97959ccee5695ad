"""python -m zato.quickstart: the supervisor of a cluster that `zato quickstart start` has checked and prepared."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from pathlib import Path

from zato.core.collection import collection_paused
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output
from zato.quickstart.starting import Command
from zato.quickstart.supervisor import Supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.quickstart", description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--lock", type=int, required=True, help="descriptor that holds the lock on the directory")
    parser.add_argument("--console", action="store_true", help="run the web console, too")
    parser.add_argument("--json", action="store_true", help="every line of output is a JSON object")
    parser.add_argument("greeting", nargs="*", help="options of the process that greets, after --")
    try:
        forked = supervise(parser.parse_args())
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - logging is not set up
        return 1
    if forked is None:
        return 0
    # Whatever was open in the supervisor, its lock among it, which no process may go on holding after it
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    assert forked.main is not None
    return forked.main()


def supervise(arguments: argparse.Namespace) -> Command | None:
    """Run the cluster until it has ended: None. Returns in each process that was forked as well, with its command."""
    os.set_inheritable(arguments.lock, False)
    layout = Layout(arguments.root)
    cluster = load_cluster(layout)
    with collection_paused():
        from zato.quickstart.preloading import preload
        from zato.quickstart.processes import commands

        preload(cluster)
    # All that is loaded by now is shared with the forks, for as long as their collectors do not touch it
    gc.collect()
    gc.freeze()
    processes = commands(layout, cluster, arguments.greeting, console=arguments.console)
    log_format = "json" if arguments.json else cluster.log_format
    output = Output([command.name for command in processes], log_format, RingWriter(layout.log))
    supervisor = Supervisor(processes, layout.run / "processes", output)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop)
    signal.signal(signal.SIGCHLD, supervisor.look)
    output.say(f"Starting the cluster {cluster.name!r} from {layout.root}")
    forked = supervisor.run()
    if forked is None:
        output.say("Everything has ended")
    return forked


if __name__ == "__main__":
    sys.exit(main())
