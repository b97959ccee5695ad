"""What HAProxy has to be told so that its servers are as they should be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from zato.agent.haproxy.names import BACKEND
from zato.agent.haproxy.view import BalancedServer
from zato.config.balancing import Mode

_FORCED_MAINTENANCE, _FORCED_DRAIN = 0x01, 0x08  # HAProxy's bits of what `set server state` sets


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server as HAProxy has it."""

    address: str
    port: int
    mode: Mode
    weight: int
    is_up: bool = True

    @property
    def has_socket(self) -> bool:
        """HAProxy tells no address of those."""
        return self.address == "-"


@dataclass(frozen=True, slots=True)
class RuntimePlan:
    """`commands` are the Runtime API's, in their order. `added` are servers that have to be made known before."""

    commands: tuple[str, ...]
    added: tuple[BalancedServer, ...]
    removed: tuple[str, ...]
    """Servers to be taken out once they have no connection any more."""


def runtime_plan(found: Mapping[str, FoundServer], wanted: Collection[BalancedServer]) -> RuntimePlan:
    """From `found` to `wanted`. Nothing, where HAProxy's servers are as they should be.

    Who is found at a socket and is to be reached by a port is removed, and added by the next plan: a socket cannot
    become a port, and a reload would leave a process with the socket to clients that keep their connections.
    """
    by_port = {server.name for server in wanted if server.socket is None}
    staying = {server.name for server in wanted} - {name for name in by_port & set(found) if found[name].has_socket}
    leaving = [name for name in found if name not in staying]
    commands = [_state(name, Mode.MAINTENANCE) for name in leaving if found[name].mode is not Mode.MAINTENANCE]
    for server in wanted:
        present = found.get(server.name)
        if present is not None and server.name in staying:
            commands += _changes(server, present)
    return RuntimePlan(
        commands=tuple(commands),
        added=tuple(server for server in wanted if server.name not in found),
        removed=tuple(leaving),
    )


def has_to_come_to_socket(found: Mapping[str, FoundServer], local: Collection[str]) -> bool:
    """Whether one that the files reach by a socket, as they do their `local` ones, is reached by a port.

    A reload changes that, and does not take out a server that is well.
    """
    return any(not found[name].has_socket for name in local if name in found)


def after_adding(server: BalancedServer) -> tuple[str, ...]:
    """For a server that HAProxy has just been told of: it counts as down until its first health check."""
    name = f"{BACKEND}/{server.name}"
    begin = f"enable health {name}"
    if server.mode is Mode.MAINTENANCE:  # as it is when it is new
        return (begin,)
    return (begin, f"{_state(server.name, server.mode)}; set server {name} health down")


def servers_in(state: str) -> dict[str, FoundServer] | None:
    """What `show servers state` says of them, by name; None where it says nothing of that kind."""
    lines = state.splitlines()
    header = next((line.split()[1:] for line in lines if line.startswith("#")), [])
    if not {"srv_name", "srv_addr", "srv_port", "srv_op_state", "srv_admin_state", "srv_uweight"} <= set(header):
        return None
    rows = (line.split() for line in lines if len(line.split()) >= len(header) and not line.startswith("#"))
    return {row["srv_name"]: _found(row) for row in (dict(zip(header, row, strict=False)) for row in rows)}


def _found(row: Mapping[str, str]) -> FoundServer:
    bits = int(row["srv_admin_state"])
    mode = Mode.MAINTENANCE if bits & _FORCED_MAINTENANCE else Mode.DRAIN if bits & _FORCED_DRAIN else Mode.READY
    return FoundServer(row["srv_addr"], int(row["srv_port"]), mode, int(row["srv_uweight"]), row["srv_op_state"] != "0")


def _changes(server: BalancedServer, present: FoundServer) -> list[str]:
    changes = []
    # An address is changed in place where it stays one
    moved = (present.address, present.port) != (server.address, server.port)
    if moved and server.socket is None:
        changes.append(f"set server {BACKEND}/{server.name} addr {server.address} port {server.port}")
    if present.mode is not server.mode:
        changes.append(_state(server.name, server.mode))
    if present.weight != server.weight:
        changes.append(f"set server {BACKEND}/{server.name} weight {server.weight}")
    return changes


def _state(name: str, mode: Mode) -> str:
    return f"set server {BACKEND}/{name} state {mode}"
