"""Servers that a command is about."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target
from zato.core.errors import NotFound
from zato.core.server_name import number_of
from zato.host.layout import ServerLayout
from zato.host.settings import load_cluster

_NUMBER_MAX = 64


class _Server(click.ParamType[int]):
    """`1` or `server-1`; commands get the number."""

    name = "server"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number = number_of(str(value))
        if number is None or number > _NUMBER_MAX:
            self.fail(f"{value!r} is no server; write its number, from 1 to {_NUMBER_MAX}, or server-1.", param, ctx)
        return number


SERVER = _Server()


def known_server(target: Target, number: int) -> ServerLayout:
    """Where server `number` of this machine has its files. Raises NotFound where there is none of that number."""
    servers = target.layout.server_numbers(load_cluster(target.layout).servers)
    if number not in servers:
        there = ", ".join(map(str, servers)) or "none"
        raise NotFound(f"There is no server {number} on this machine; there is: {there}.")
    return target.layout.server(number)
