"""What root prepares on an appliance, so that everything else can run as somebody else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zato.appliance import certificates, owners, signer_socket
from zato.cluster.signing.signer import Signer
from zato.config.secrets import create_key
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host import locks
from zato.host.cluster_toml import write_cluster
from zato.host.identity import as_owner_of
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster, with_odb
from zato.odb import migrate
from zato.odb.opening import open_odb

MAKES_A_CLUSTER = Path("/usr/share/zato/makes-a-cluster")
"""The package `zato` has it. A machine without it becomes part of a cluster by joining one."""
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - a balancer that nobody reaches is of no use


def cluster() -> None:
    """The cluster of this machine: directories, settings, CA, certificates and the key of secrets."""
    with exclusive():
        _cluster()


def server(number: int) -> None:
    """Everything that server `number` needs of root: directories and lighttpd's certificate."""
    with exclusive():
        _server(_cluster(), number)


@contextmanager
def exclusive() -> Iterator[None]:
    """systemd starts several parts of Zato at the same time, and each of them prepares what all need."""
    owners.directory(LAYOUT.configuration, owners.ROOT, 0o755)
    with locks.exclusive(LAYOUT.configuration):
        yield


def _cluster() -> ClusterSettings:
    layout = LAYOUT
    for path in (layout.root, layout.run):
        owners.directory(path, owners.ROOT, 0o755)
    owners.directory(layout.odb.parent, owners.SERVERS, 0o2770)
    owners.directory(layout.sqlite, owners.SERVERS, 0o700)
    owners.directory(layout.haproxy_socket.parent, owners.SEEN_BY_SERVERS, 0o2750)
    if not layout.settings.exists():
        if not MAKES_A_CLUSTER.exists():
            raise SetupError(
                "This machine is part of no cluster. On the cluster's first machine make a token with: "
                "zato server create --token, then run here: zato server join TOKEN",
                code="no-cluster",
            )
        # Before the settings: with them there is a cluster, and a key or an ODB that it has lost is not replaced
        create_key(layout.secret_key)
        names = tuple(dict.fromkeys(("localhost", socket.getfqdn(), socket.gethostname())))
        settings = ClusterSettings(hosts=names, bind=_EVERYWHERE, log_format="json")
        _make_odb(layout, settings)
        write_cluster(layout, settings)
    owners.give(layout.settings, owners.READ_BY_SERVERS, 0o640)
    # systemd hands it to the servers' units
    owners.give(layout.secret_key, owners.ROOT, 0o400)
    settings = load_cluster(layout)
    if not settings.has_joined:
        owners.directory(layout.haproxy, owners.BALANCER, 0o750)
        owners.directory(layout.configuration / "haproxy", owners.ROOT, 0o755)
        certificates.issue(layout, settings, servers=max(layout.server_numbers(settings.servers), default=0))
        signer_socket.offer(layout)
    return settings


def _make_odb(layout: Layout, settings: ClusterSettings) -> None:
    """As the user whose it is."""
    # The agents, other users of the same group, read it, and SQLite's readers write beside it
    owners.file(layout.odb, owners.SERVERS, 0o660)
    database = open_odb(with_odb(settings, layout))
    try:
        with as_owner_of(layout.odb.parent):
            migrate.init(database, settings.name)
    finally:
        database.dispose()


def _server(settings: ClusterSettings, number: int) -> None:
    _check_is_here(settings, number)
    paths = LAYOUT.server(number)
    owners.directory(paths.config, owners.SERVERS, 0o750)
    owners.directory(paths.root, owners.SERVERS, 0o755)
    owners.directory(paths.pickup, owners.SERVERS, 0o2775)
    owners.directory(paths.lighttpd, owners.EDGE, 0o700)
    # Root's until it is complete. What is in it stays: an operator's word that the server is to drain, for one
    owners.directory(paths.run, owners.ROOT, 0o755)
    owners.directory(paths.front_socket.parent, owners.FRONT, 0o2750)
    owners.directory(paths.edge_socket.parent, owners.EDGE_SOCKET, 0o2750)
    owners.directory(paths.internal_socket.parent, owners.SERVERS, 0o700)
    owners.directory(paths.run, owners.SERVERS, 0o755)
    if not settings.has_joined:
        certificates.issue(LAYOUT, settings, servers=max((number, *LAYOUT.server_numbers(settings.servers))))


def _check_is_here(settings: ClusterSettings, number: int) -> None:
    """Numbers of servers are the cluster's: one that another machine has is not started here."""
    if settings.has_joined:
        mine = certificates.joined_number(LAYOUT)
        if number != mine:
            raise SetupError(f"This machine has joined as server {mine}; it has no other one.", code="other-server")
        return
    Signer(LAYOUT.pki, SystemClock()).claim(number)
