"""A cluster of two machines that go from one release of Debian to the next, one after the other, under load.

The balancer is on the first one. Each is upgraded as the documentation says: other sources, then `apt full-upgrade`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.appliance import outside, servers_in_balancer, status
from support.apt_repositories import trust
from support.clusters_of_hosts import first_machine, made_token
from support.documents.written import written
from support.hosts import Host, NewHost
from support.load import Load, Sample, told
from support.root_file_systems import BEFORE, REPOSITORY, SUITE, base
from support.waiting import eventually

METHODS = ("GET", "PUT", "POST")
_LOAD_SECONDS = 1800.0
_UPGRADE_SECONDS = 1500.0
_WELL_SECONDS = 60.0
_KEPT = "/etc/zato/secret.key /etc/zato/zato.toml /etc/zato/server-*/server.toml /etc/zato/pki/*"
_UNATTENDED = {
    "apt": "DEBIAN_FRONTEND=noninteractive apt-get -y -q "
    "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
}


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to one machine, while clients sent requests to the balancer."""

    what: str
    requests: int
    lowest_rate: float
    slowest_seconds: float
    failed: list[Sample]
    changed: list[str]
    """Of what is to be kept; empty where all of it was."""
    well: bool

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.requests} requests (never below {self.lowest_rate:.0f} a second, slowest "
            f"{self.slowest_seconds:.1f} s), {told(self.failed)}; {', '.join(self.changed) or 'nothing'} changed, "
            f"{'all is well' if self.well else 'NOT all is well'} afterwards"
        )


@dataclass(frozen=True, slots=True)
class Machines:
    first: Host
    second: Host


def system() -> Path:
    """A root file system of the Debian before that has fetched all packages of the next one that replace its own."""
    # tools are no package
    sys.path.insert(0, str(REPOSITORY / "tools"))
    import kept
    import roots

    root = base(BEFORE)
    script = (
        f"cp -a /etc/apt/sources.list.d /root/sources && sed -i 's/{BEFORE}/{SUITE}/' /etc/apt/sources.list.d/* && "
        "apt-get -q update && apt-get -y -q --download-only full-upgrade && "
        "rm -r /etc/apt/sources.list.d && mv /root/sources /etc/apt/sources.list.d"
    )

    def make(fetched: Path) -> None:
        subprocess.run(["cp", "-a", root, fetched], check=True)
        subprocess.run(roots.inside(fetched, ["sh", "-c", script]), check=True, stdout=subprocess.DEVNULL)

    return Path(kept.kept(f"base-{BEFORE}-with-{SUITE}", root.name, make))


@contextmanager
def two_machines(new_host: NewHost, packages: Sequence[Path], repository: Path) -> Iterator[Machines]:
    """Both with the Debian before; the second has joined, and its server is in the balancer of the first."""
    old = system()
    with new_host("first", old, packages) as first, new_host("second", old, packages) as second, first_machine(first):
        second.run("apt-get install -y ./zato-common_*.deb ./zato-server_*.deb")
        second.run(f"zato server join {made_token(first)}")
        assert eventually(lambda: servers_in_balancer(first) == 2)
        for host in (first, second):
            trust(host, repository, BEFORE)
        yield Machines(first, second)


def under_load(machines: Machines, what: str, host: Host, change: Callable[[], object]) -> Step:
    """A hundred requests a second, from before the change of a machine until all is well after it."""
    before = _kept(host)
    with Load(outside(machines.first), "/hello", method=METHODS, body=b"{}", seconds=_LOAD_SECONDS) as load:
        change()
        well = eventually(
            lambda: servers_in_balancer(machines.first) == 2 and status(machines.first).get("ok") is True,
            _WELL_SECONDS,
        )
    after = _kept(host)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return Step(what, len(load.samples), load.lowest_rate(), load.slowest(), load.failed(), changed, well)


def _kept(host: Host) -> dict[str, str]:
    """The sums of what an upgrade keeps, by name; not of the line that tells a server's revision of its settings."""
    script = (
        f"for file in {_KEPT}; do echo $(grep -av '^# Revision ' $file | sha256sum) $file; done; "
        "echo $(zato config export | sha256sum) items"
    )
    words = [line.split() for line in host.run(script).stdout.splitlines()]
    return {name: digest for digest, _, name in words}


def upgrade(host: Host) -> str:
    """To the next Debian, as docs/packages.md says. What apt said."""
    renaming = written(
        "docs/packages.md",
        "sed -i 's/bookworm/trixie/' /etc/apt/sources.list /etc/apt/sources.list.d/*",
        {"/etc/apt/sources.list ": ""},  # which hosts do not have
    )
    host.run(renaming)
    # Nothing but our own repository can be reached from a host
    host.run(written("docs/packages.md", "apt update"))
    said = host.run(written("docs/packages.md", "apt full-upgrade", _UNATTENDED), timeout=_UPGRADE_SECONDS).stdout
    assert host.run("dpkg --audit").stdout == ""
    assert SUITE in host.run("cat /etc/os-release").stdout
    assert re.search(r"~deb13u\d", host.run("dpkg-query -W -f '${Version}' zato-common").stdout)
    return said
