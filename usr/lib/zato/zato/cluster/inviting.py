"""A token for one other machine: whether the cluster can take it, where it finds the cluster, and as which server."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from zato.client.api import ApiClient
from zato.cluster.signing.register import RegisteredToken
from zato.cluster.signing.signer import Signer
from zato.cluster.token import JoinToken, encode
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError
from zato.host.addresses import own_addresses
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.sharing import why_not_shared
from zato.pki.certificate_names import check_host
from zato.pki.certificates import fingerprint, hosts_of, load_certificate
from zato.pki.names import BALANCER, LOOPBACK

_LOCAL_BINDS = ("localhost", "127.0.0.1", "::1")
_PORT_MAX = 65535


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a token can be made of."""

    host: str
    """Where the new machine finds the balancer."""
    port: int
    name: str
    """In the balancer's certificate."""
    taken: frozenset[int]
    """Numbers that the new server cannot have."""
    replaces: int | None


def invitation(
    layout: Layout,
    cluster: ClusterSettings,
    client: Callable[[], ApiClient],
    signer: Signer,
    *,
    address: str | None,
    replaces: int | None,
) -> Invitation:
    """Nothing has been made yet. `client` is called where all that can be known without the cluster is well.

    `address` is HOST or HOST:PORT of the balancer as the new machine reaches it.

    Raises SetupError where no other machine could become a server, InvalidInput for the address, and NotFound or
    Conflict where server `replaces` cannot be replaced.
    """
    _check_open(layout, cluster)
    host, port, name = _balancer(layout, cluster, address)
    taken = _numbers(layout, cluster, client())
    if replaces is not None:
        _check_replaced(layout, cluster, replaces, taken | _members(signer))
    return Invitation(host, port, name, frozenset(taken), replaces)


def new_token(layout: Layout, signer: Signer, made_for: Invitation, life: timedelta) -> tuple[str, RegisteredToken]:
    """The token as it is typed on the new machine, and what the cluster keeps of it."""
    made = signer.new_token(
        taken=made_for.taken,
        replaces=made_for.replaces,
        life=life,
        balancer=(made_for.host, *own_addresses()),
    )
    token = JoinToken(
        address=made_for.host,
        port=made_for.port,
        name=made_for.name,
        authority=bytes.fromhex(fingerprint(load_certificate(layout.ca_certificate))),
        secret=made.secret,
        server=made.registered.server,
        expires=int(made.registered.expires.timestamp()),
    )
    return encode(token), made.registered


def _check_open(layout: Layout, cluster: ClusterSettings) -> None:
    if cluster.has_joined:
        raise SetupError(
            f"Tokens are made on the machine with the cluster's CA, which is {cluster.balancer}.", code="no-signer"
        )
    reason = why_not_shared(cluster.odb)
    if reason is not None:
        raise SetupError(reason, code="odb-not-shared")
    if cluster.bind in _LOCAL_BINDS:
        raise SetupError(
            f"The balancer listens on {cluster.bind}, where no other machine reaches it; set bind in "
            f"{layout.settings} and restart.",
            code="balancer-not-reachable",
        )


def _balancer(layout: Layout, cluster: ClusterSettings, given: str | None) -> tuple[str, int, str]:
    names = [host for host in hosts_of(load_certificate(layout.pki / f"{BALANCER}.crt")) if host not in LOOPBACK]
    if not names:
        raise SetupError(
            f"The cluster's certificate has no name but localhost; add one to hosts in {layout.settings}, and "
            "restart the balancer.",
            code="no-host-name",
        )
    host, port = (names[0], cluster.lb_port) if given is None else _host_and_port(given, cluster.lb_port)
    return host, port, host if host in names else names[0]


def _host_and_port(text: str, port: int) -> tuple[str, int]:
    host = text
    if not _is_address(text.strip("[]")):
        host, separator, number = text.rpartition(":")
        if not separator:
            host = text
        elif not number.isdecimal() or not 1 <= int(number) <= _PORT_MAX:
            raise InvalidInput(f"{text!r} is not HOST or HOST:PORT.")
        else:
            port = int(number)
    host = host.strip("[]")
    check_host(host)
    return host, port


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _numbers(layout: Layout, cluster: ClusterSettings, client: ApiClient) -> set[int]:
    """Numbers of all servers that the cluster knows, on this machine or others."""
    listed = {int(server["number"]) for server in client.status()["servers"]}
    items = {str(item["name"]).removeprefix("server-") for item in client.items("server")["items"]}
    return listed | {int(text) for text in items if text.isdecimal()} | set(layout.server_numbers(cluster.servers))


def _members(signer: Signer) -> set[int]:
    """Numbers of servers with valid certificates: a join that failed may have left nothing else."""
    now = datetime.now(UTC)
    return {server.number for server in signer.registered().servers if server.is_member(now)}


def _check_replaced(layout: Layout, cluster: ClusterSettings, number: int, servers: Collection[int]) -> None:
    if number not in servers:
        raise NotFound(f"There is no server {number} in the cluster that could be replaced.", code="no-such-server")
    if number in layout.server_numbers(cluster.servers):
        raise Conflict(
            f"Server {number} is on this machine; another one cannot take its number.", code="server-on-this-machine"
        )
