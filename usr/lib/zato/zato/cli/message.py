"""zato message list|retry|delete: dead letters."""

from __future__ import annotations

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.core.errors import InvalidInput


@click.group("message")
def command() -> None:
    """Asynchronous invocations that have failed for good: dead letters."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True)
@pass_target
def list_command(target: Target, limit: int) -> None:
    """Dead letters, newest first, and why they were given up.

    Example: zato message list
    """
    found = target.client().dead_letters(limit=limit)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("message", "service", "sent", "given up", "attempts", "reason"),
        (
            (each["id"], each["service"], moment(each["sent"]), moment(each["died"]), each["attempts"], each["reason"])
            for each in found["messages"]
        ),
    )


@command.command("retry")
@click.argument("message_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead letters.")
@pass_target
def retry_command(target: Target, message_ids: tuple[str, ...], everything: bool) -> None:
    """Have dead letters delivered again, as redeliveries.

    Example: zato message retry --all
    """
    found = target.client().retry_dead_letters(_which(message_ids, everything))
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{found['count']} messages are delivered again")


@command.command("delete")
@click.argument("message_ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead letters.")
@pass_target
def delete_command(target: Target, message_ids: tuple[str, ...], everything: bool) -> None:
    """Delete dead letters for good.

    Example: zato message delete 0af7651916cd43dd8448eb211c80319c
    """
    found = target.client().delete_dead_letters(_which(message_ids, everything))
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{found['count']} messages were deleted")


def _which(message_ids: tuple[str, ...], everything: bool) -> tuple[str, ...] | None:
    if everything == bool(message_ids):
        raise InvalidInput("Name the ids of messages, or say --all.")
    return None if everything else message_ids
