"""python -m zato.server --root DIR --server N: a gunicorn master with its parallel-server workers."""

from __future__ import annotations

import gc
import platform
import shutil
import sys
from collections.abc import Callable

from prometheus_client import multiprocess

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.kinds.packages import PACKAGES
from zato.config.package_set import declared
from zato.config.secrets import load_key
from zato.core.errors import ZatoError
from zato.deployment.check.zygote import start_zygote
from zato.host.draining import Draining
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.packages import PackageSets, pip_of
from zato.host.process import or_end, server_process
from zato.host.settings import ClusterSettings
from zato.metrics.allocated import count_in
from zato.server.applied_settings import AppliedSettings
from zato.server.arbiter import DrainTime, servers_of_cluster
from zato.server.gunicorn_application import ServerApplication
from zato.server.worker_process import WorkerProcess

# systemd waits for a start, and goes on waiting for 90 seconds at most
_PACKAGES_SECONDS = 60.0


def main() -> int:
    started = server_process("zato.server", "server", __doc__)
    layout, cluster, settings, number = started.layout, started.cluster, started.settings, started.number
    with or_end():
        load_key(layout.secret_key)  # no worker can start without it
    paths = layout.server(number)
    for directory in (paths.run, paths.front_socket.parent, paths.internal_socket.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    Draining(paths.draining).end()
    _have_packages(layout, cluster, DiskSnapshot(paths.snapshot).load([PACKAGES.name]))
    metrics = paths.run / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(mode=0o700)
    count_in(metrics)
    process = WorkerProcess(layout, number, cluster, settings)
    applied = AppliedSettings(layout, settings)

    def on_starting(_server: object) -> None:
        # Before there are sockets and threads: it shares what is loaded by now, and nothing else.
        start_zygote(paths.run / "check.sock")

    def pre_fork(_server: object, _worker: object) -> None:
        # What is loaded by now is shared with the workers for as long as the collector does not touch it.
        gc.freeze()

    def worker_exit(_server: object, _worker: object) -> None:
        process.stop()

    def child_exit(_server: object, worker: object) -> None:
        pid = getattr(worker, "pid", 0)
        process.forget(pid)
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]

    hooks: dict[str, Callable[..., None]] = {
        "on_starting": on_starting,
        "pre_fork": pre_fork,
        "worker_exit": worker_exit,
        "child_exit": child_exit,
    }
    get_logger("zato.server").info("Starting", workers=settings.workers, threads_max=settings.threads_max)
    drain_time = DrainTime(
        seconds=lambda: applied.current().drain_seconds,
        servers=lambda: servers_of_cluster(layout, number, cluster.servers),
        balancer=layout.haproxy_status_socket,
    )
    ServerApplication(
        paths,
        settings,
        process.load,
        threads_max=lambda: process.settings().threads_max,
        memory=process.memory,
        load_seen=process.load_seen,
        hooks=hooks,
        drain_time=drain_time,
        workers=lambda: applied.current().workers,
        stuck_seconds=lambda: applied.current().stuck_seconds,
    ).run()
    return 0


def _have_packages(layout: Layout, cluster: ClusterSettings, known: Configuration | None) -> None:
    """What services import is there before they are loaded, after an upgrade to another Python as well.

    Where it cannot be had, the server starts without, and the singleton goes on trying.
    """
    wanted = None if known is None else declared(known)
    sets = PackageSets(layout.packages)
    if wanted is None or sets.is_complete(wanted.packages):
        return
    log = get_logger("zato.server")
    log.info("Installing the packages of services", python=platform.python_version())
    try:
        sets.install(wanted.packages, pip_of(layout, cluster, seconds=_PACKAGES_SECONDS).install)
    except (ZatoError, OSError) as error:
        log.error("Packages were not installed", reason=str(error), revision=wanted.revision)


if __name__ == "__main__":
    sys.exit(main())
