"""The way onto the hosts that Ansible, Vagrant and testinfra know: ssh, by a configuration file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import testinfra
from testinfra.host import Host as Machine

from support.hosts import Host

_SETTINGS = """\
Host {name}
  HostName {address}
  User root
  IdentityFile {identity}
  IdentitiesOnly yes
  UserKnownHostsFile {known}
  StrictHostKeyChecking yes
  LogLevel ERROR
"""


class Keys:
    """A key of this run's own, with which root of each host that was told to `admit` it lets in who has it."""

    def __init__(self, directory: Path) -> None:
        self.identity = directory / "identity"
        self.configuration = directory / "configuration"
        """For ssh -F: the hosts by their names."""
        self._directory = directory
        self._known = directory / "known_hosts"
        _generate(self.identity)

    def admit(self, host: Host) -> None:
        """The host, which is yet to boot, gets a host key of its own, and this run in."""
        place = host.root / "etc/ssh"
        for old in place.glob("ssh_host_*"):
            old.unlink()
        own = place / "ssh_host_ed25519_key"
        _generate(own)
        # No session of PAM's: it writes to the kernel's audit, which is not the container's
        (place / "sshd_config.d/tests.conf").write_text("UsePAM no\n", encoding="ascii")
        allowed = host.root / "root/.ssh/authorized_keys"
        allowed.parent.mkdir(mode=0o700, exist_ok=True)
        allowed.write_text(_public(self.identity), encoding="ascii")
        with self._known.open("a", encoding="ascii") as known:
            known.write(f"{host.address} {_public(own)}")
        with self.configuration.open("a", encoding="ascii") as settings:
            values = {"identity": self.identity, "known": self._known}
            settings.write(_SETTINGS.format(name=host.name, address=host.address, **values))


class Machines(Protocol):
    """What testinfra knows of the machine with a name of hosts.MACHINES."""

    def __call__(self, name: str) -> Machine: ...


@contextmanager
def connections(configuration: Path, directory: Path, *, sudo: bool) -> Iterator[Machines]:
    """Machines of an ssh configuration file, as root. Each has one connection, which ends with the context."""
    opened = set()

    def machine(name: str) -> Machine:
        opened.add(name)
        way = f"ssh://{name}?controlpath={directory / name}"
        return testinfra.get_host(way, ssh_config=str(configuration), sudo=sudo)

    try:
        yield machine
    finally:
        for name in opened:
            end = ["ssh", "-F", str(configuration), "-o", f"ControlPath={directory / name}", "-O", "exit", name]
            subprocess.run(end, stderr=subprocess.DEVNULL, check=False)


def _public(path: Path) -> str:
    return Path(f"{path}.pub").read_text(encoding="ascii")


def _generate(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)
