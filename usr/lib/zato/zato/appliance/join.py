"""This machine becomes a server of a cluster, and none again: root's work."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from pathlib import Path

from zato.appliance import certificates, membership, owners, units
from zato.appliance.create import MAKES_A_CLUSTER, exclusive
from zato.cluster.joining import Admission, Say, admission
from zato.cluster.member import cluster_of, deregister
from zato.cluster.token import JoinToken, decode
from zato.core.errors import SetupError
from zato.host.cluster_toml import write_cluster
from zato.host.files import write_atomically
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster
from zato.odb import sharing

_WORK_SECONDS = 90.0
_POLL_SECONDS = 0.2
_ODB_AUTHORITY = "odb-ca.crt"


@dataclass(frozen=True, slots=True)
class Joined:
    """The server that this machine has from now on, and where the balancer reaches it."""

    server: int
    host: str


def join(text: str, address: str | None, say: Say) -> Joined:
    """Joins by the token, and returns once the server takes requests.

    `address` is where the balancer reaches this machine; the address by which it reaches the balancer unless given.
    Names of a program that runs here with a certificate of the cluster's stay the program's. Nothing is
    left behind where the cluster refuses.
    """
    token = decode(text)
    _check_machine(token)
    got = admission(token, address, say)
    say(f"This machine is server {got.server} of the cluster; starting it")
    _end_others(got.server)
    with exclusive():
        _keep(got)
    _check_odb_files()
    start(got.server)
    return Joined(got.server, got.host)


def start(number: int) -> None:
    """The server runs now and after each boot. Raises SetupError where it takes no requests in time."""
    units.enable("zato.target", f"zato-server@{number}.service", "zato-pki.timer")
    deadline = time.monotonic() + _WORK_SECONDS
    while not units.work_of(number).serves:
        if time.monotonic() > deadline:
            raise SetupError(
                f"Server {number} takes no requests {_WORK_SECONDS:.0f} s after its start; systemd goes on trying. "
                f"journalctl -u zato-server@{number} says why.",
                code="server-not-started",
            )
        time.sleep(_POLL_SECONDS)


def leave(say: Say, *, force: bool) -> int | None:
    """Drains and stops this machine's server, has the cluster forget it, and removes what the machine had of it.

    With `force`, also where the cluster cannot be asked or refuses: then it may still have to be removed there. The
    server's number; None where the machine has lost that, or has something of several.
    """
    _check_root()
    membership.check_has_joined(LAYOUT, force=force)
    number = None if force else certificates.joined_number(LAYOUT)
    here = membership.numbers(LAYOUT)
    for each in here:
        say(f"Stopping server {each}, which finishes its requests")
    units.disable(*(f"zato-server@{each}.service" for each in here), "zato-pki.timer", "zato.target")
    if number is None:
        for each in here:
            say(f"The cluster was not asked; where it still has the server, run there: zato server remove {each}")
    else:
        deregister(cluster_of(LAYOUT), LAYOUT, number)
    with exclusive():
        membership.remove(membership.whole(LAYOUT, here))
    return here[0] if len(here) == 1 else number


def _check_root() -> None:
    if os.geteuid() != 0:
        raise SetupError("Only root can do this: it is about keys and units of this machine.", code="not-root")


def _check_machine(token: JoinToken) -> None:
    _check_root()
    if not Path("/usr/lib/systemd/system/zato-server@.service").exists() or not units.systemd_runs():
        raise SetupError("A server needs the package zato-server, and systemd: apt install zato-server.")
    if MAKES_A_CLUSTER.exists():
        raise SetupError(
            "The package zato is installed here, which makes a cluster of its own. Join from a machine that has "
            "zato-server instead.",
            code="cluster-here",
        )
    membership.check_may_join(LAYOUT, token.server)


def _keep(got: Admission) -> None:
    """What makes the machine part of the cluster; zato.toml comes last, as it says so."""
    settings = got.settings
    certificates.keep(LAYOUT, got.server, got.certificates, got.keys)
    write_atomically(LAYOUT.ca_certificate, got.authority, mode=0o644)
    if got.odb_authority is not None:
        path = LAYOUT.pki / _ODB_AUTHORITY
        write_atomically(path, got.odb_authority.encode("ascii"), mode=0o644)
        settings = sharing.with_authority_file(settings, path)
    write_atomically(LAYOUT.secret_key, base64.b64encode(got.secret_key) + b"\n", mode=0o400)
    write_cluster(LAYOUT, settings)
    owners.give(LAYOUT.settings, owners.READ_BY_SERVERS, 0o640)


def _check_odb_files() -> None:
    missing = [path for path in sharing.files(load_cluster(LAYOUT)) if not path.exists()]
    if missing:
        raise SetupError(
            f"zato.toml names {missing[0]} for TLS to the ODB, which this machine has not got. Put it there, then run: "
            f"systemctl enable --now zato.target zato-server@{certificates.joined_number(LAYOUT)} zato-pki.timer",
            code="odb-file-missing",
        )


def _end_others(number: int) -> None:
    """Servers that this machine was under other numbers are not started any more, and have left nothing."""
    others = [each for each in membership.numbers(LAYOUT) if each != number]
    if others:
        units.disable(*(f"zato-server@{each}.service" for each in others))
        membership.remove(path for each in others for path in membership.of_server(LAYOUT, each))
