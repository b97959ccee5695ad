"""This machine: room on its disks, and who listens on the cluster's ports."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from zato.agent.lighttpd.serving import addresses_in
from zato.doctor.finding import Finding
from zato.doctor.listeners import is_foreign
from zato.host import listening
from zato.host.layout import Layout
from zato.host.ports import from_here
from zato.host.settings import ClusterSettings

_FREE_MEGABYTES_MIN = 500
_FREE_PART_MIN = 0.05
_ROOM_MEGABYTES_MIN = 16
_INODES_PART_MIN = 0.01
_MEMORY_PART_MIN = 0.02
_CONNECT_SECONDS = 2.0


def check_disk(layout: Layout) -> Iterator[Finding]:
    """Room where the ODB, deployments and logs grow."""
    usage = shutil.disk_usage(layout.root)
    if usage.free < _FREE_MEGABYTES_MIN * 1024**2 or usage.free < usage.total * _FREE_PART_MIN:
        yield _little_room(layout.root, usage.free)
    yield from check_room(layout, but=layout.root)


def check_room(layout: Layout, *, but: Path | None = None) -> Iterator[Finding]:
    """File systems that are all but full, or out of inodes: of the cluster's data, and of what lives in memory."""
    seen: set[int] = set()
    for place in (layout.root, layout.run, Path("/dev/shm"), Path(tempfile.gettempdir())):  # noqa: S108
        try:
            device, of = place.stat().st_dev, os.statvfs(place)
        except OSError:
            continue
        if device in seen:
            continue
        seen.add(device)
        if place != but and of.f_bavail * of.f_frsize < _ROOM_MEGABYTES_MIN * 1024**2:
            yield _little_room(place, of.f_bavail * of.f_frsize)
        if of.f_files and of.f_favail < of.f_files * _INODES_PART_MIN:
            yield Finding(
                f"{place} has {of.f_favail} inodes left of {of.f_files}: there are too many small files.",
                f"du --inodes -x --max-depth=2 {quote(str(place))} | sort -n | tail",
            )


def check_memory() -> Iterator[Finding]:
    """Memory that programs can still have."""
    pairs = (line.split() for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
    kilobytes = {words[0]: int(words[1]) for words in pairs}
    free, total = kilobytes["MemAvailable:"], kilobytes["MemTotal:"]
    if free < total * _MEMORY_PART_MIN:
        yield Finding(
            f"This machine has {free // 1024} MB of {total // 1024} MB of memory left: the kernel is about to end "
            "processes.",
            "ps aux --sort=-rss | head; dmesg | grep -i oom",
        )


def _little_room(place: Path, free_bytes: int) -> Finding:
    return Finding(
        f"{place} has {free_bytes / 1024**2:,.0f} MB left.",
        f"du -xh --max-depth=2 {quote(str(place))} | sort -h | tail",
    )


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
    elif is_foreign(cluster.bind, cluster.lb_port, layout.ca_certificate):
        yield _taken(cluster.lb_port, "the balancer's")
    for number in numbers:
        port = cluster.lighttpd_port_of(number)
        if not _listens(listening.here(cluster), port):
            remedy = f"systemctl start zato-server@{number}" if layout.is_appliance else start
            yield Finding(f"Nothing listens on port {port} of server {number}'s lighttpd.", remedy)
        elif is_foreign(listening.here(cluster), port, layout.ca_certificate):
            yield _taken(port, f"that of server {number}'s lighttpd")
        yield from _check_open(layout, cluster, number)


def _taken(port: int, whose: str) -> Finding:
    return Finding(
        f"Port {port}, {whose}, is taken by a program that is none of this cluster's.",
        f"ss -tlnp 'sport = :{port}'    # as root",
    )


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
