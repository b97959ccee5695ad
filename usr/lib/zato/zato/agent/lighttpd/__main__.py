"""python -m zato.agent.lighttpd --root DIR --server N: keeps lighttpd's users as the ODB says.

lighttpd reads the file of users again by itself, so nothing is reloaded for them.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from zato.agent.lighttpd.files import users
from zato.agent.lighttpd.users import users_file
from zato.config.configuration import Configuration
from zato.config.listener import Listener
from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.logs import configure, get_logger
from zato.host.settings import load_cluster, load_server
from zato.odb.database import Database
from zato.odb.doorbell import Doorbell
from zato.odb.log import ConfigurationLog

_INTERVAL_SECONDS = 0.1


class _Bell:
    """The ODB's doorbell, asked less often: hashes need not be there before the next request."""

    interval_seconds = _INTERVAL_SECONDS

    def __init__(self, bell: Doorbell) -> None:
        self._bell = bell

    def changed(self) -> bool:
        return self._bell.changed()


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
    log = get_logger("zato.agent.lighttpd")
    clock = SystemClock()
    file = users(layout.server(arguments.server))
    latest: list[Configuration] = []

    def refresh() -> None:
        # Also between changes: definitions expire.
        if latest:
            data = users_file(latest[0], clock.now())
            if not file.exists() or file.read_bytes() != data:
                write_atomically(file, data)
                log.info("Users written", count=data.count(b"\n"), revision=latest[0].revision)

    def apply(configuration: Configuration) -> None:
        latest[:] = [configuration]
        refresh()

    database = Database(cluster.odb)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    Listener(ConfigurationLog(database), _Bell(Doorbell(database)), clock, apply, refresh).run(stop)
    return 0


sys.exit(main())
