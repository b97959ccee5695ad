"""What the load balancer is to do with each server. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import Server
from zato.config.kinds.server import SERVER


class Mode(StrEnum):
    """HAProxy's administrative states of a server."""

    READY = "ready"
    DRAIN = "drain"
    """No new requests; health checks go on."""
    MAINTENANCE = "maint"
    """Neither requests nor health checks."""


def mode_of(server: Server) -> Mode:
    """What the server's item says, whatever the other servers are."""
    if not server.active:
        return Mode.MAINTENANCE
    return Mode.DRAIN if server.drain else Mode.READY


def modes(configuration: Configuration, servers: Collection[str]) -> dict[str, Mode]:
    """The mode of each of `servers`; that of `kept_in_use`, and of those that have no item, is READY."""
    found = {item.name: _mode(item) for item in _items(configuration, servers)}
    kept = kept_in_use(configuration, servers)
    return {name: Mode.READY if name == kept else found.get(name, Mode.READY) for name in servers}


def kept_in_use(configuration: Configuration, servers: Collection[str]) -> str | None:
    """The server that stays in use although no server is to take requests: the one whose item was changed last.

    None where any server may take requests. A balancer without a server would refuse everything, even the request that
    makes a server ready again.
    """
    out = [item for item in _items(configuration, servers) if _mode(item) is not Mode.READY]
    if not out or len(out) < len(servers):
        return None
    return max(out, key=lambda item: item.revision).name


def _items(configuration: Configuration, servers: Collection[str]) -> list[Item]:
    return [item for item in configuration.all(SERVER.name) if item.name in servers]


def _mode(item: Item) -> Mode:
    return mode_of(SERVER.value_of(item))
