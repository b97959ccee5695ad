"""A machine asks to become a server of a cluster: what it says of itself, and all that it gets."""

from __future__ import annotations

import base64
import socket
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from zato import __version__
from zato.client.api import ApiClient
from zato.client.authority import authority_at
from zato.client.balancer import remote_transport
from zato.client.signing import by_the_signer
from zato.cluster.signing.hosts import PROGRAM_NAME, is_loopback
from zato.cluster.signing.parts import Part
from zato.cluster.signing.requests import KeyPairs, new_key_pairs
from zato.cluster.token import JoinToken
from zato.core.errors import InvalidInput, SetupError, ZatoError
from zato.host.settings import ClusterSettings
from zato.pki.certificate_names import COMPONENT_NAMES, check_host, is_host

Say = Callable[[str], None]
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Admission:
    """What makes a machine server `server` of the cluster; none of it is on its disk yet."""

    server: int
    host: str
    """Where the balancer reaches the machine."""
    settings: ClusterSettings
    certificates: Mapping[str, str]
    keys: Mapping[Part, bytes]
    authority: bytes
    odb_authority: str | None
    """The database's, where it is another one than the cluster's."""
    secret_key: bytes


def admission(token: JoinToken, address: str | None, say: Say) -> Admission:
    """The cluster has the server from now on, and the token is spent.

    `address` is where the balancer reaches this machine; the address by which it reaches the balancer unless given.
    Names of a program that runs here with a certificate of the cluster's stay the program's.
    """
    hosts = _hosts(token, address)
    say(f"Looking for the cluster at {token.address}, port {token.port}")
    authority = authority_at(token.address, token.port, token.authority.hex())
    pairs = new_key_pairs()
    try:
        found = _enrol(token, authority, hosts, pairs)
    except ZatoError as error:
        if error.code != PROGRAM_NAME or len(hosts) == 1:
            raise
        say(f"{error.message} Going on with {hosts[0]} alone")
        hosts = hosts[:1]
        found = _enrol(token, authority, hosts, pairs)
    return Admission(
        server=int(found["server"]),
        host=hosts[0],
        settings=settings_of(token, hosts, found["settings"]),
        certificates=found["certificates"],
        keys=pairs.keys,
        authority=authority,
        odb_authority=found["odb_authority"],
        secret_key=base64.b64decode(found["secret_key"]),
    )


def own_hosts(address: str, names: Iterable[str]) -> tuple[str, ...]:
    """What the certificates are to be for: the address and those names that tell this machine from others."""
    own = (name for name in names if is_host(name) and not is_loopback(name))
    return tuple(dict.fromkeys((address, *(name for name in own if not COMPONENT_NAMES.fullmatch(name.lower())))))


def _hosts(token: JoinToken, address: str | None) -> tuple[str, ...]:
    """Names and addresses of this machine, the one for the balancer first."""
    if address is None:
        try:
            with socket.create_connection((token.address, token.port), _CONNECT_SECONDS) as connection:
                address = str(connection.getsockname()[0])
        except OSError as error:
            raise SetupError(
                f"This machine does not reach the cluster at {token.address}, port {token.port}: {error}.",
                code="unreachable",
            ) from error
    check_host(address)
    return own_hosts(address, (socket.getfqdn(), socket.gethostname()))


def _enrol(token: JoinToken, authority: bytes, hosts: tuple[str, ...], pairs: KeyPairs) -> Mapping[str, Any]:
    secret = base64.urlsafe_b64encode(token.secret).decode()
    requests = {part.value: request for part, request in pairs.requests.items()}
    with tempfile.TemporaryDirectory(prefix="zato-join-") as directory:
        ca = Path(directory) / "ca.crt"
        ca.write_bytes(authority)
        client = ApiClient(remote_transport(ca, token.address, token.port, token.name))
        return by_the_signer(lambda: client.enrol(secret, __version__, hosts, requests))


def settings_of(token: JoinToken, hosts: tuple[str, ...], shared: Mapping[str, Any]) -> ClusterSettings:
    """The cluster's, and what is this machine's own."""
    place = f"[{token.address}]" if ":" in token.address else token.address
    own = {"hosts": hosts, "bind": "0.0.0.0", "balancer": f"{place}:{token.port}", "balancer_name": token.name}  # noqa: S104
    try:
        return msgspec.convert({**shared, **own}, ClusterSettings)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The cluster's settings are not those of this release: {error}.") from error
