"""zato cluster hold|release: what the cluster sends by itself."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json


@click.group("cluster")
def command() -> None:
    """The cluster as a whole: hold what it sends by itself, and let it go."""


@command.command("hold")
@click.option("--reason", default="held by an operator", show_default=True, help="What zato status says of it.")
@pass_target
def hold_command(target: Target, reason: str) -> None:
    """Have what goes out, such as asynchronous messages, wait. Requests are answered, and new messages are kept.

    Example: zato cluster hold --reason "the shop's system is being moved"
    """
    found = target.client().hold(reason)
    if target.as_json:
        show_json(found)
        return
    was = "What goes out is held" if found["changed"] else "It was held already"
    click.echo(f"{was}, {_messages(found)} wait. To let it go: zato cluster release")


@command.command("release")
@pass_target
def release_command(target: Target) -> None:
    """Let go what is held, as it is after `zato restore`.

    Example: zato cluster release
    """
    found = target.client().release()
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{_messages(found)} go out." if found["changed"] else "Nothing is held.")


def _messages(found: dict[str, Any]) -> str:
    return "messages" if found["messages"] is None else f"{found['messages']} messages"
