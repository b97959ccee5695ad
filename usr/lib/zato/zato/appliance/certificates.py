"""Certificates on an appliance: issued by root, who alone has the CA's key; each private key is its user's alone."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509

from zato.appliance import owners
from zato.cluster.signing.parts import Part
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki import public
from zato.pki.authority import Authority
from zato.pki.components import issue_missing, renewed_by_the_cluster
from zato.pki.public_files import balancer_file, console_file, source_file
from zato.pki.public_pair import PublicPair
from zato.pki.renewal import list_certificates

_KEY_OWNERS = (
    (re.compile(r"haproxy(-client|-agent)?|zato-public"), owners.BALANCER),
    (re.compile(r"lighttpd-(agent-)?[0-9]+|zato-admin-lighttpd|zato-public-console"), owners.EDGE),
    (re.compile("zato-admin"), owners.CONSOLE),
    (re.compile(r"server-[0-9]+"), owners.SERVERS),
)
_OF_SERVERS = re.compile(r"(?:server|lighttpd|lighttpd-agent)-([0-9]+)\.(?:crt|key)")


def issue(layout: Layout, cluster: ClusterSettings, servers: int) -> list[str]:
    """Issues the certificates that a cluster with so many servers lacks. Returns their names."""
    owners.directory(layout.pki, owners.ROOT, 0o755)
    authority = _authority(layout)
    if not authority.exists():
        authority.create(cluster.name)
    hosts = tuple(dict.fromkeys((*cluster.hosts, socket.gethostname())))
    issued = issue_missing(authority, hosts=hosts, servers=servers)
    _hand_over(layout)
    return issued


def joined_number(layout: Layout) -> int:
    """The number of the server that this machine has joined with.

    Raises SetupError(no-server-certificate) where it has lost that, or has several, since something broke off.
    """
    found = [path.stem.removeprefix("server-") for path in layout.pki.glob("server-*.crt")]
    mine = [int(text) for text in found if text.isdecimal()]
    if len(mine) != 1:
        raise SetupError(
            f"{layout.pki} has no certificate of this machine's server, or several; on the cluster's first machine "
            "run: zato server create --token --replace N, then here: zato server join TOKEN",
            code="no-server-certificate",
        )
    return mine[0]


def numbers(layout: Layout) -> set[int]:
    """Numbers of the servers of which a certificate or a key is here."""
    return {number for _, number in _of_servers(layout)}


def remove_others(layout: Layout, number: int) -> None:
    """Removes the certificates and keys of servers other than `number`."""
    for path, other in _of_servers(layout):
        if other != number:
            path.unlink()


def keep(layout: Layout, number: int, certificates: Mapping[str, str], keys: Mapping[Part, bytes]) -> None:
    """Keeps certificates that the cluster has issued for server `number`, and their keys, each for its own user.

    Those of any other server are removed.
    """
    owners.directory(layout.pki, owners.ROOT, 0o755)
    remove_others(layout, number)
    for part in Part:
        name = part.name_of(number)
        write_atomically(layout.pki / f"{name}.key", keys[part], mode=0o400, owner=_owner_of(name).ids())
        write_atomically(layout.pki / f"{name}.crt", certificates[part.value].encode(), mode=0o644)


def due(layout: Layout) -> list[str]:
    """Names of those that have lived two thirds of their life."""
    readable, _ = list_certificates(layout.pki, SystemClock().now())
    return [status.name for status in readable if status.due and renewed_by_the_cluster(status.name)]


def renew(layout: Layout, name: str) -> x509.Certificate:
    """Issues it again. The programs that use it can read the new key as soon as it is there."""
    renewed = _authority(layout).renew(name)
    _hand_over(layout)
    return renewed


def take_public(layout: Layout, certificate: Path, key: Path) -> PublicPair:
    """Shows the public certificate in these files from now on. Raises InvalidInput for what browsers would refuse."""
    return public.take(layout.pki, certificate, key, SystemClock().now(), _ids)


def follow_public(layout: Layout) -> bool:
    """Takes what its files have now, where they were replaced. Raises what `zato.pki.public.follow` does."""
    return public.follow(layout.pki, SystemClock().now(), _ids)


def _ids(name: str) -> tuple[int, int]:
    return _owner_of(name).ids()


def _authority(layout: Layout) -> Authority:
    return Authority(layout.pki, owner_of=_ids)


def _of_servers(layout: Layout) -> list[tuple[Path, int]]:
    found = ((path, _OF_SERVERS.fullmatch(path.name)) for path in layout.pki.glob("*"))
    return [(path, int(match[1])) for path, match in found if match is not None]


def _owner_of(name: str) -> owners.Owner:
    return next((owner for names, owner in _KEY_OWNERS if names.fullmatch(name)), owners.ROOT)


def _hand_over(layout: Layout) -> None:
    """Gives each key to the user whose program needs it, whoever has put it there."""
    for key in layout.pki.glob("*.key"):
        owners.give(key, _owner_of(key.stem), 0o400)
    for pair in filter(Path.exists, (balancer_file(layout.pki), console_file(layout.pki))):
        owners.give(pair, _owner_of(pair.stem), 0o400)
    if source_file(layout.pki).exists():  # whoever tells of it may read it, also after a restore
        owners.give(source_file(layout.pki), owners.ROOT, 0o644)
