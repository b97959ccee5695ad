"""zato server: the cluster's servers, their own configuration, and machines that join and leave."""

from __future__ import annotations

import time
from typing import Any

import click

from zato.cli import joining, server_config
from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json, show_table
from zato.cli.servers import SERVER
from zato.core.errors import TimeLimitExceeded, Unavailable

_KIND = "server"
_TAKEN_UP_SECONDS = 5.0
_POLL_SECONDS = 0.1


@click.group("server")
def command() -> None:
    """The servers of the cluster, and machines that join and leave it."""


command.add_command(server_config.command)
command.add_command(joining.create_command)
command.add_command(joining.tokens_command)
command.add_command(joining.cancel_command)
command.add_command(joining.join_command)
command.add_command(joining.leave_command)
command.add_command(joining.remove_command)


@command.command("list")
@pass_target
def list_command(target: Target) -> None:
    """Servers as they are configured.

    Example: zato server list
    """
    items = target.client().items(_KIND)["items"]
    shown = [
        {"server": item["name"], **{key: item["value"][key] for key in ("host", "active", "drain", "weight")}}
        for item in items
    ]
    if target.as_json:
        show_json(shown)
        return
    show_table(("server", "host", "active", "drain", "weight"), ([*map(_word, each.values())] for each in shown))


@command.command("drain")
@click.argument("number", type=SERVER)
@pass_target
def drain_command(target: Target, number: int) -> None:
    """Have the balancer send a server no new requests; what it has, it finishes.

    Example: zato server drain 2
    """
    taken_up = _set_drain(target, number, drain=True)
    if target.as_json:
        show_json({"server": number, "draining": True, "taken_up": taken_up})
        return
    click.echo(f"Server {number} gets no new requests through the balancer; undo it with: zato server ready {number}")
    _say_whether(taken_up)


@command.command("ready")
@click.argument("number", type=SERVER)
@pass_target
def ready_command(target: Target, number: int) -> None:
    """Have the balancer send a server new requests again.

    Example: zato server ready 2
    """
    taken_up = _set_drain(target, number, drain=False)
    if target.as_json:
        show_json({"server": number, "draining": False, "taken_up": taken_up})
        return
    click.echo(f"Server {number} gets new requests again.")
    _say_whether(taken_up)


def _set_drain(target: Target, number: int, *, drain: bool) -> bool:
    """Whether this machine's HAProxy goes by it."""
    client = target.client()
    done = client.drain_server(number) if drain else client.ready_server(number)
    return _await_taken_up(target, int(done["revision"]))


def _await_taken_up(target: Target, revision: int) -> bool:
    if target.login is not None:
        return False
    deadline = time.monotonic() + _TAKEN_UP_SECONDS
    agent = target.balancer()
    while time.monotonic() < deadline:
        try:
            if agent.state()["revision"] >= revision:
                return True
        except (Unavailable, TimeLimitExceeded):
            return False
        time.sleep(_POLL_SECONDS)
    return False


def _say_whether(taken_up: bool) -> None:
    if not taken_up:
        click.echo(
            "HAProxy has not been seen to go by that yet: zato balancer status, on the balancer's machine", err=True
        )


def _word(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
