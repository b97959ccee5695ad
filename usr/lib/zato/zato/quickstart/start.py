"""Starts a cluster in the foreground: everything is checked and rendered here, then the supervisor takes over."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from zato.admin import edge as console_edge
from zato.agent.haproxy import files as haproxy
from zato.agent.haproxy import server_states
from zato.agent.lighttpd import files as lighttpd
from zato.cluster.odb_identity import identity_of
from zato.config.secrets import load_key
from zato.core.errors import SetupError, Unavailable
from zato.host.layout import Layout
from zato.host.programs import check_programs
from zato.host.settings import ClusterSettings, load_cluster, load_server
from zato.odb import cluster_identity, migrate
from zato.odb.failures import LOST
from zato.odb.opening import open_odb
from zato.quickstart.create import Say, issue_certificates
from zato.quickstart.lock import RunLock
from zato.quickstart.preflight import check_console_port, check_directory, check_ports

_FILES_MAX = 65536


def start(
    layout: Layout,
    examples: Path | None,
    say: Say,
    *,
    create: Callable[[], None] | None = None,
    as_json: bool = False,
) -> None:
    """Run the cluster until Ctrl-C or SIGTERM; does not return. Raises SetupError for whatever stands in the way.

    `create` makes the cluster where it is missing; it is called when no other process runs one from the directory, as
    it may migrate the ODB. With `as_json` every line of output is a JSON object.
    """
    since = time.monotonic()
    check_directory(layout)
    if create is None:
        load_cluster(layout)  # before anything is made in what may be a mistyped directory
    check_programs()
    layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = RunLock(layout.lock).acquire()
    if create is not None:
        create()
    cluster = load_cluster(layout)
    check_ports(layout, cluster)
    key = load_key(layout.secret_key)
    _check_odb(layout, cluster, key)
    _follow_hosts(layout, cluster, say)
    for number in range(1, cluster.servers + 1):
        shutil.rmtree(layout.server(number).run, ignore_errors=True)
        layout.server(number).edge_socket.parent.mkdir(mode=0o700, parents=True)
    write_edge(layout, cluster)
    with_console = cluster.console and _prepare_console(layout, cluster, say)
    _allow_many_files()
    # The supervisor is this process without what was needed to get here: it stays for long, and should be small.
    os.set_inheritable(lock, True)
    options = ["--root", str(layout.root), "--lock", str(lock), *(("--json",) if as_json else ())]
    options += ["--console"] if with_console else []
    # What follows is for the process that greets
    options += ["--", "--since", str(since), *(("--examples", str(examples)) if examples else ())]
    options += ["--console"] if with_console else []
    sys.stdout.flush()
    os.execv(sys.executable, (sys.executable, "-P", "-m", "zato.quickstart", *options))  # noqa: S606


def write_edge(layout: Layout, cluster: ClusterSettings) -> None:
    """Everything that HAProxy and lighttpd start from, as the settings are now. Raises SetupError in their words."""
    haproxy.write(layout, haproxy.view_of(layout, cluster, haproxy.state_to_start_with(layout, cluster)))
    server_states.hand_over(layout)
    for number in range(1, cluster.servers + 1):
        lighttpd.remove_leftovers(layout.server(number))
        lighttpd.write_to_start(layout, lighttpd.view_of(layout, cluster, number, load_server(layout, number)))


def _prepare_console(layout: Layout, cluster: ClusterSettings, say: Say) -> bool:
    """Whether the web console can start. Where its port is taken, or anything else fails, the cluster does without."""
    try:
        check_console_port(layout, cluster)
        console_edge.write(layout, cluster)
    except SetupError as error:
        say(f"The cluster starts without its web console: {error.message}")
        return False
    return True


def _follow_hosts(layout: Layout, cluster: ClusterSettings, say: Say) -> None:
    """Certificates for the host names as they are now. Without the CA, or its key, the present ones are used on."""
    if not layout.ca_certificate.exists():
        return  # another CA would lock out every client; what reads it next says that it is missing
    try:
        issue_certificates(layout, cluster, say)
    except SetupError as error:
        if error.code != "missing-ca-key":
            raise
        say(error.message)


def _check_odb(layout: Layout, cluster: ClusterSettings, key: bytes) -> None:
    """One of another version, or cluster, is refused; one that is away, or lost, is not: servers know their part."""
    database = open_odb(cluster)
    try:
        migrate.require_own(database, cluster.name)
        migrate.require_current(database)
        cluster_identity.require(database, identity_of(layout, key))
    except Unavailable as error:
        numbers = range(1, cluster.servers + 1)
        if error.code == LOST and not any(layout.server(number).snapshot.exists() for number in numbers):
            raise  # nobody knows anything
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
