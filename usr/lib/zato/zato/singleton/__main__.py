"""python -m zato.singleton --root DIR: what one process of a machine has to do, or one beside each server.

It renews certificates and keeps the servers' own configuration.
"""

from __future__ import annotations

import argparse
import sys

from zato.cluster.odb_identity import identity_of
from zato.config.follower import LogFollower, PatientNotifier
from zato.config.kinds.packages import PACKAGES
from zato.config.kinds.server import SERVER
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox, load_key
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.packages import PackageSets, pip_of
from zato.host.process import cluster_process, or_end
from zato.host.stopping import stop_event
from zato.host.watchdog import Watchdog
from zato.odb.change_notifier import PATIENT, ChangeNotifier
from zato.odb.log import ConfigurationLog
from zato.odb.opening import open_odb
from zato.odb.package_reports import PackageReports
from zato.odb.trimming import Trimming
from zato.odb.wheels import Wheels
from zato.singleton.certificates import CertificateReconciler
from zato.singleton.loop import SingletonLoop
from zato.singleton.other_machines import OtherMachines
from zato.singleton.packages import PackageReconciler
from zato.singleton.repository import RepositoryReconciler, ServerRepository
from zato.singleton.retention import Retention

# Edits of files are noticed within it, and nobody waits for the rest
_TURN_SECONDS = 0.5


def main() -> int:
    process = cluster_process("zato.singleton", "singleton", __doc__, _options)
    layout, cluster, only = process.layout, process.cluster, process.arguments.server
    with or_end():
        key = load_key(layout.secret_key)
        database = open_odb(cluster, ours=identity_of(layout, key))
    box = SecretBox(key)
    clock = SystemClock()
    # On an appliance only root has the CA's key, and renews by a timer
    certificates = None if layout.is_appliance else CertificateReconciler(layout, clock)
    watchdog = Watchdog(clock)
    log = ConfigurationLog(database)
    publisher = Publisher(log, box, clock)
    numbers = [only] if only else layout.server_numbers(cluster.servers)
    repositories = RepositoryReconciler(
        [ServerRepository(layout.server(number), publisher, _administrator(layout)) for number in numbers], clock
    )
    other_machines = OtherMachines([layout.server(number) for number in numbers], cluster)
    retention = Retention(Trimming(database), cluster, clock)
    pip = pip_of(layout, cluster, fetch=Wheels(database).put_into)
    packages = PackageReconciler(PackageSets(layout.packages), pip, PackageReports(database), numbers, clock)
    loop = SingletonLoop(clock, certificates, repositories, other_machines, retention, packages, watchdog)
    follower = LogFollower(
        log,
        PatientNotifier(ChangeNotifier(database, PATIENT), _TURN_SECONDS),
        clock,
        loop.follow,
        loop.step,
        kinds=(SERVER.name, PACKAGES.name),
    )
    stop = stop_event()
    watchdog.ready()
    follower.run(stop)
    return 0


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", type=int, help="the only server whose configuration repository it keeps")


def _administrator(layout: Layout) -> str | None:
    """Who edits files in place that this process's user owns: nobody works as that user on an appliance."""
    return "root" if layout.is_appliance else None


if __name__ == "__main__":
    sys.exit(main())
