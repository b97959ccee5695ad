"""zato message list|retry|delete: dead letters."""

from __future__ import annotations

import click

from zato.cli.chosen_messages import ids_of, limit_option, show_count, show_messages, which_messages
from zato.cli.connection import Target, pass_target
from zato.cli.output import moment


@click.group("message")
def command() -> None:
    """Asynchronous invocations that have failed for good: dead letters."""


@command.command("list")
@limit_option
@pass_target
def list_command(target: Target, limit: int) -> None:
    """Dead letters, newest first, and why they were given up.

    Example: zato message list
    """
    show_messages(
        target,
        target.client().dead_letters(limit=limit),
        {
            "message": lambda each: each["id"],
            "service": lambda each: each["service"],
            "sent": lambda each: moment(each["sent"]),
            "given up": lambda each: moment(each["died"]),
            "attempts": lambda each: each["attempts"],
            "reason": lambda each: each["reason"],
        },
    )


@command.command("retry")
@which_messages("dead letters")
@pass_target
def retry_command(target: Target, message_ids: tuple[str, ...], everything: bool) -> None:
    """Have dead letters delivered again, as redeliveries.

    Example: zato message retry --all
    """
    show_count(target, target.client().retry_dead_letters(ids_of(message_ids, everything)), "are delivered again")


@command.command("delete")
@which_messages("dead letters")
@pass_target
def delete_command(target: Target, message_ids: tuple[str, ...], everything: bool) -> None:
    """Delete dead letters for good.

    Example: zato message delete 0af7651916cd43dd8448eb211c80319c
    """
    show_count(target, target.client().delete_dead_letters(ids_of(message_ids, everything)), "were deleted")
