"""Servers that a command is about."""

from __future__ import annotations

from zato.cli.connection import Target
from zato.core.errors import NotFound
from zato.host.layout import ServerLayout
from zato.host.settings import load_cluster


def known_server(target: Target, number: int) -> ServerLayout:
    """Where server `number` of this machine has its files. Raises NotFound where there is none of that number."""
    servers = target.layout.server_numbers(load_cluster(target.layout).servers)
    if number not in servers:
        there = ", ".join(map(str, servers)) or "none"
        raise NotFound(f"There is no server {number} on this machine; there is: {there}.")
    return target.layout.server(number)
