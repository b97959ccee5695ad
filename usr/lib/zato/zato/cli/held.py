"""zato cluster hold|release: what the cluster sends by itself."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.chosen_messages import ids_of, limit_option, origin_of, show_count, show_messages, which_messages
from zato.cli.connection import Target, pass_target
from zato.cli.output import counted, moment, show_json


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
    click.echo(f"{was}, waiting: {_messages(found)}. To let it go: zato cluster release")


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
    click.echo(f"Going out: {_messages(found)}." if found["changed"] else "Nothing is held.")


@command.command("held")
@limit_option
@pass_target
def held_command(target: Target, limit: int) -> None:
    """Messages that wait, oldest first; "begun" where a service had one before, which may have processed it.

    Example: zato cluster held
    """
    show_messages(
        target,
        target.client().held_messages(limit=limit),
        {
            "message": lambda each: each["id"],
            "service": lambda each: each["service"],
            "sent": lambda each: moment(each["sent"]),
            "origin": origin_of,
            "by": lambda each: each["principal"],
            "bytes": lambda each: each["payload_bytes"],
            "begun": lambda each: "yes" if each["begun"] else "no",
        },
    )


@command.command("discard")
@which_messages("that are held")
@pass_target
def discard_command(target: Target, message_ids: tuple[str, ...], everything: bool) -> None:
    """Delete messages that are held, for good: those that were processed after the backup was made, for instance.

    Example: zato cluster discard 0af7651916cd43dd8448eb211c80319c
    """
    show_count(target, target.client().discard_held_messages(ids_of(message_ids, everything)), "Deleted")


def _messages(found: dict[str, Any]) -> str:
    count = found["messages"]
    return "messages" if count is None else counted(count, "message")
