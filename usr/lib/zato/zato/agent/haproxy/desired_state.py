"""What HAProxy's configuration needs of the cluster's, also kept in a file: HAProxy may start with the ODB away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from zato.agent.haproxy.names import desired_state_file
from zato.agent.haproxy.view import BalancedServer
from zato.config.balancing import Mode, modes
from zato.config.configuration import Configuration
from zato.config.kinds import Balancer
from zato.config.kinds.balancer import BALANCER
from zato.config.kinds.server import SERVER
from zato.host.files import read_plain, write_atomically
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.settings import ClusterSettings, ServerSettings
from zato.pki.names import lighttpd_name

_BODY_BYTES_MAX = ServerSettings().max_body_bytes


class DesiredServer(Struct, frozen=True, kw_only=True):
    """A server of the cluster."""

    number: int
    host: str = "localhost"
    address: str = ""
    """What the host name stood for when that could last be found out; empty where it never could."""
    mode: Mode = Mode.READY
    weight: int = 100


class DesiredState(Struct, frozen=True, kw_only=True):
    """The part of the configuration, as of `revision`, that HAProxy's follows from."""

    revision: int = 0
    servers: tuple[DesiredServer, ...] = ()
    body_bytes_max: int = _BODY_BYTES_MAX
    balancer: Balancer = Balancer()

    def without_revision(self) -> DesiredState:
        """The same for configurations that differ in other things only."""
        return msgspec.structs.replace(self, revision=0)


def local_state(numbers: Iterable[int], address: str) -> DesiredState:
    """Before anything was read from the ODB: the servers of this machine, which reaches itself at `address`."""
    return DesiredState(servers=tuple(DesiredServer(number=number, address=address) for number in numbers))


def desired_state_of(configuration: Configuration, addresses: Mapping[str, str]) -> DesiredState:
    """What the configuration says; `addresses` are those of host names. Pure."""
    items = configuration.values(SERVER)
    by_name = modes(configuration, items)
    servers = (
        DesiredServer(
            number=int(name.removeprefix("server-")),
            host=value.host,
            address=addresses.get(value.host, ""),
            mode=by_name[name],
            weight=value.weight,
        )
        for name, value in items.items()
    )
    return DesiredState(
        revision=configuration.revision,
        servers=tuple(sorted(servers, key=lambda server: server.number)),
        body_bytes_max=max(
            (value.max_body_bytes or _BODY_BYTES_MAX for value in items.values()), default=_BODY_BYTES_MAX
        ),
        balancer=configuration.only(BALANCER),
    )


def staying(desired: DesiredState, before: DesiredState, looked_up: Collection[str]) -> DesiredState:
    """The servers whose host names were not looked up yet are where they were before. Pure."""
    addresses = {server.number: server.address for server in before.servers}
    servers = (
        server
        if server.host in looked_up
        else msgspec.structs.replace(server, address=addresses.get(server.number, ""))
        for server in desired.servers
    )
    return msgspec.structs.replace(desired, servers=tuple(servers))


def balanced(
    desired: DesiredState, cluster: ClusterSettings, sockets: Mapping[int, Path]
) -> tuple[BalancedServer, ...]:
    """The servers as HAProxy is to have them; those without an address are left out.

    Those of `sockets`, by number, are reached there where they are on this machine.
    """
    own = here(cluster)
    return tuple(
        BalancedServer(
            name=f"server-{server.number}",
            address=server.address,
            port=cluster.lighttpd_port_of(server.number),
            socket=sockets.get(server.number) if server.address == own else None,
            certificate_host=lighttpd_name(server.number),
            mode=server.mode,
            weight=server.weight,
        )
        for server in desired.servers
        if server.address
    )


def load(layout: Layout) -> DesiredState | None:
    """What was stored last; None where there is nothing, or nothing that this release understands."""
    path: Path = desired_state_file(layout)
    try:
        return msgspec.json.decode(read_plain(path), type=DesiredState)
    except (OSError, msgspec.DecodeError):
        return None


def store(layout: Layout, desired: DesiredState) -> None:
    """For the next start, of HAProxy or of the agent."""
    write_atomically(desired_state_file(layout), msgspec.json.encode(desired))
