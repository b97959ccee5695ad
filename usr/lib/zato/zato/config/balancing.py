"""Which servers the load balancer is to send nothing to. Pure."""

from __future__ import annotations

from collections.abc import Collection

from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import Server

_KIND = "server"


def out_of_use(configuration: Configuration, servers: Collection[str]) -> frozenset[str]:
    """Those of `servers` whose items are inactive, except for `kept_in_use`."""
    return frozenset(item.name for item in _inactive(configuration, servers)) - {kept_in_use(configuration, servers)}


def kept_in_use(configuration: Configuration, servers: Collection[str]) -> str | None:
    """The server that is used though its item is inactive: all are, and this one became so last.

    A balancer without a server could only refuse, the request that makes a server active again included.
    """
    inactive = _inactive(configuration, servers)
    if not inactive or len(inactive) < len(servers):
        return None
    return max(inactive, key=lambda item: item.revision).name


def _inactive(configuration: Configuration, servers: Collection[str]) -> list[Item]:
    return [item for item in configuration.all(_KIND) if item.name in servers and not _active(item)]


def _active(item: Item) -> bool:
    return isinstance(item.value, Server) and item.value.active
