"""Starts a cluster in the foreground: everything is checked and rendered here, then the supervisor takes over."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import time
from pathlib import Path

from zato.agent.haproxy import files as haproxy
from zato.agent.lighttpd import files as lighttpd
from zato.config.secrets import load_key
from zato.core.errors import SetupError, Unavailable
from zato.host.layout import Layout
from zato.host.programs import check_programs
from zato.host.settings import ClusterSettings, load_cluster, load_server
from zato.odb import migrate
from zato.odb.database import Database
from zato.quickstart.lock import RunLock
from zato.quickstart.preflight import check_directory, check_ports
from zato.quickstart.processes import greeting_options

_FILES_MAX = 65536


def start(layout: Layout, examples: Path | None) -> None:
    """Run the cluster until Ctrl-C or SIGTERM; does not return. Raises SetupError for whatever stands in the way."""
    since = time.monotonic()
    check_directory(layout)
    cluster = load_cluster(layout)
    check_programs()
    lock = RunLock(layout.lock).acquire()
    check_ports(layout, cluster)
    load_key(layout.secret_key)
    _check_odb(cluster)
    write_edge(layout, cluster)
    for number in range(1, cluster.servers + 1):
        shutil.rmtree(layout.server(number).run, ignore_errors=True)
        layout.server(number).run.mkdir(mode=0o700)
    _allow_many_files()
    # The supervisor is this process without what was needed to get here: it stays for long, and should be small.
    os.set_inheritable(lock, True)
    options = ("--root", str(layout.root), "--lock", str(lock), *greeting_options(since, examples))
    sys.stdout.flush()
    os.execv(sys.executable, (sys.executable, "-m", "zato.quickstart", *options))  # noqa: S606


def write_edge(layout: Layout, cluster: ClusterSettings) -> None:
    """Everything that HAProxy and lighttpd start from, as the settings are now. Raises SetupError in their words."""
    numbers = range(1, cluster.servers + 1)
    limits = {number: load_server(layout, number).max_body_bytes for number in numbers}
    haproxy.write(layout, haproxy.view_of(layout, cluster, body_bytes_max=max(limits.values())))
    for number, limit in limits.items():
        lighttpd.write(layout, lighttpd.view_of(layout, cluster, number, body_bytes_max=limit))


def _check_odb(cluster: ClusterSettings) -> None:
    """An ODB of another version is refused; one that is away is not, since servers go on with what they know."""
    database = Database(cluster.odb)
    try:
        migrate.require_current(database)
    except Unavailable:
        return
    finally:
        database.dispose()


def _allow_many_files() -> None:
    """Each request under way takes two to four open files along its way, and the usual limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, _FILES_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError) as error:
            raise SetupError(f"The limit of open files cannot be raised to {wanted}: {error}.") from error
