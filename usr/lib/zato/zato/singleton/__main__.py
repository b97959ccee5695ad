"""python -m zato.singleton --root DIR: renews certificates that are due and has HAProxy and lighttpd take them up."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure, get_logger
from zato.host.settings import load_cluster
from zato.host.stopping import stop_event
from zato.pki.authority import COMPONENT_NAMES, Authority
from zato.pki.components import ADMIN
from zato.pki.renewal import list_certificates

_INTERVAL_SECONDS = 3600.0
_FIRST_SECONDS = 5.0
# lighttpd restarts itself gracefully on SIGUSR1; HAProxy's master starts a new worker on SIGUSR2.
_RELOAD = {"haproxy": signal.SIGUSR2, "lighttpd": signal.SIGUSR1}


def renew_due(layout: Layout) -> list[str]:
    """Renew what is due of the components' and the command line's certificates; the names of those that were."""
    authority = Authority(layout.pki)
    renewed = []
    for status in list_certificates(layout.pki, SystemClock().now()):
        ours = status.name == ADMIN or COMPONENT_NAMES.fullmatch(status.name)
        if status.due and status.name != "ca" and ours:
            authority.renew(status.name)
            renewed.append(status.name)
    return renewed


def reload_programs(layout: Layout) -> None:
    """Ask those of the supervisor's processes that hold certificates to read them again."""
    for line in (layout.run / "processes").read_text(encoding="utf-8").splitlines():
        name, pid = line.split()
        for program, number in _RELOAD.items():
            if name == program or (name.startswith(f"{program}-") and name[len(program) + 1 :].isdigit()):
                os.kill(int(pid), number)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.singleton", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    layout = Layout(parser.parse_args().root.absolute())
    try:
        cluster = load_cluster(layout)
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 logging is not set up yet
        return 1
    configure(cluster.log_format, "info", "singleton")
    log = get_logger("zato.singleton")
    stop = stop_event()
    wait = _FIRST_SECONDS
    while not stop.wait(wait):
        wait = _INTERVAL_SECONDS
        try:
            renewed = renew_due(layout)
            if renewed:
                log.info("Certificates renewed", names=renewed)
                reload_programs(layout)
        except (ZatoError, OSError):
            log.exception("Certificates could not be renewed; trying again in an hour")
    return 0


sys.exit(main())
