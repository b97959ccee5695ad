"""python -m zato.singleton --root DIR: renews certificates that are due and has HAProxy take them up."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zato.core.clock import SystemClock
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure, get_logger
from zato.host.settings import load_cluster
from zato.host.stopping import stop_event
from zato.singleton.balancer import BalancerCertificates
from zato.singleton.certificates import CertificateKeeper

_FIRST_SECONDS = 5.0  # the programs that it tells are starting at the same time
_INTERVAL_SECONDS = 60.0


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
    keeper = CertificateKeeper(layout, SystemClock(), BalancerCertificates(layout.haproxy_socket))
    stop = stop_event()
    wait = _FIRST_SECONDS
    while not stop.wait(wait):
        wait = _INTERVAL_SECONDS
        try:
            keeper.step()
        except (ZatoError, OSError) as error:
            log.error("certificates_not_looked_at", reason=str(error))
    return 0


sys.exit(main())
