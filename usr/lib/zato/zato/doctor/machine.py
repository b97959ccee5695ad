"""This machine: room on its disks, and who listens on the cluster's ports."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from shlex import quote

from zato.agent.lighttpd.serving import addresses_in
from zato.doctor.finding import Finding
from zato.host import listening
from zato.host.layout import Layout
from zato.host.ports import from_here
from zato.host.settings import ClusterSettings

_FREE_MEGABYTES_MIN = 500
_FREE_PART_MIN = 0.05
_CONNECT_SECONDS = 2.0


def check_disk(layout: Layout) -> Iterator[Finding]:
    """Room where the ODB, deployments and logs grow."""
    usage = shutil.disk_usage(layout.root)
    free = usage.free / 1024**2
    if free < _FREE_MEGABYTES_MIN or usage.free < usage.total * _FREE_PART_MIN:
        yield Finding(f"{layout.root} has {free:,.0f} MB left.", f"du -xh --max-depth=2 {layout.root} | sort -h | tail")


def check_ports(layout: Layout, cluster: ClusterSettings, numbers: list[int]) -> Iterator[Finding]:
    """Whether the balancer and each server's lighttpd accept connections."""
    start = (
        "systemctl start zato-haproxy" if layout.is_appliance else f"zato quickstart start {quote(str(layout.root))}"
    )
    if cluster.has_joined:
        if not _listens(*cluster.balancer_place):
            yield Finding(
                f"The cluster's balancer does not answer at {cluster.balancer}.", "zato doctor    # on its machine"
            )
    elif not _listens(cluster.bind, cluster.lb_port):
        yield Finding(f"Nothing listens on the balancer's port {cluster.lb_port}.", start)
    for number in numbers:
        port = cluster.lighttpd_port_of(number)
        if not _listens(listening.here(cluster), port):
            remedy = f"systemctl start zato-server@{number}" if layout.is_appliance else start
            yield Finding(f"Nothing listens on port {port} of server {number}'s lighttpd.", remedy)
        yield from _check_open(layout, cluster, number)


def _check_open(layout: Layout, cluster: ClusterSettings, number: int) -> Iterator[Finding]:
    """Whether lighttpd listens for the other machines where there are some."""
    server = layout.server(number)
    wanted = listening.at_start(cluster, is_open=server.other_machines.exists())
    present = addresses_in(server.lighttpd)
    if listening.is_open(wanted) and not listening.is_open(present):
        yield Finding(
            f"Server {number}'s lighttpd listens on {', '.join(present) or 'nothing'}, where no other machine of the "
            "cluster reaches it.",
            f"zato edge reload {number}",
        )


def _listens(address: str, port: int) -> bool:
    try:
        with socket.create_connection((from_here(address), port), _CONNECT_SECONDS):
            return True
    except OSError:
        return False
