"""zato server drain|ready N, and N's own configuration."""

from __future__ import annotations

import time

import click

from zato.cli import server_config
from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.cli.servers import known_server
from zato.core.errors import NotFound
from zato.host.draining import Draining, Reason
from zato.host.settings import load_server


@click.group("server")
def command() -> None:
    """The servers of this machine."""


command.add_command(server_config.command)


@command.command("drain")
@click.argument("number", type=click.IntRange(min=1))
@pass_target
def drain_command(target: Target, number: int) -> None:
    """Have the balancer send a server no new requests; what it has, it finishes.

    Example: zato server drain 2
    """
    _draining(target, number).begin(Reason.OPERATOR)
    time.sleep(load_server(target.layout, number).drain_seconds)
    if target.as_json:
        show_json({"server": number, "draining": True})
        return
    click.echo(f"Server {number} gets no new requests through the balancer; undo it with: zato server ready {number}")


@command.command("ready")
@click.argument("number", type=click.IntRange(min=1))
@pass_target
def ready_command(target: Target, number: int) -> None:
    """Have the balancer send a server new requests again.

    Example: zato server ready 2
    """
    _draining(target, number).end(Reason.OPERATOR)
    # As when it drains: the balancer finds out with its health checks, and without it may have no other server
    time.sleep(load_server(target.layout, number).drain_seconds)
    if target.as_json:
        show_json({"server": number, "draining": False})
        return
    click.echo(f"Server {number} gets new requests again.")


def _draining(target: Target, number: int) -> Draining:
    paths = known_server(target, number)
    if not paths.run.is_dir():
        start = f"systemctl start zato-server@{number}"
        start = start if target.layout.is_appliance else f"zato quickstart start {target.home}"
        raise NotFound(f"Server {number} has not been started yet; start it with: {start}")
    return Draining(paths.draining)
