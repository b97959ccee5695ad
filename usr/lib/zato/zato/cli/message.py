"""zato message list|show|retry|delete: dead letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from zato.cli.chosen_messages import Ids, ids_of, limit_option, origin_of, show_count, show_messages, which_messages
from zato.cli.connection import Target, pass_target
from zato.cli.output import below, moment, show_json
from zato.core.errors import InvalidInput
from zato.core.origin import Asker


def _filters(run: Callable[..., None]) -> Callable[..., None]:
    """Options that describe dead letters."""
    run = click.option("--search", "q", help="Those with this text in the reason.")(run)
    run = click.option("--by", "principal", help="Those that were sent in this user's requests.")(run)
    run = click.option("--cid", help="Those that one request has sent, by its correlation id.")(run)
    run = click.option(
        "--origin", type=click.Choice([each.value for each in Asker]), help="Those that such a thing has sent."
    )(run)
    return click.option("--service", help="Those to this service.")(run)


@click.group("message")
def command() -> None:
    """Asynchronous invocations that have failed for good: dead letters."""


@command.command("list")
@limit_option
@_filters
@pass_target
def list_command(target: Target, /, limit: int, **filters: str | None) -> None:
    """Dead letters, newest first, and why they were given up.

    Example: zato message list
    """
    show_messages(
        target,
        target.client().dead_letters(limit=limit, **filters),
        {
            "message": lambda each: each["id"],
            "service": lambda each: each["service"],
            "origin": origin_of,
            "sent": lambda each: moment(each["sent"]),
            "given up": lambda each: moment(each["died"]),
            "attempts": lambda each: each["attempts"],
            "reason": lambda each: each["reason"],
        },
    )


@command.command("retry")
@which_messages("dead letters")
@_filters
@pass_target
def retry_command(target: Target, /, message_ids: tuple[str, ...], everything: bool, **filters: str | None) -> None:
    """Have dead letters delivered again, some, all, or of the newest 1,000 those that options describe.

    Example: zato message retry --all
    """
    ids = _ids_of(message_ids, everything, filters)
    show_count(target, target.client().retry_dead_letters(ids, **filters), "Delivered again")


@command.command("delete")
@which_messages("dead letters")
@_filters
@pass_target
def delete_command(target: Target, /, message_ids: tuple[str, ...], everything: bool, **filters: str | None) -> None:
    """Delete dead letters for good: some, all, or those of the newest 1,000 that options describe.

    Example: zato message delete 0af7651916cd43dd8448eb211c80319c
    """
    ids = _ids_of(message_ids, everything, filters)
    show_count(target, target.client().delete_dead_letters(ids, **filters), "Deleted")


@command.command("show")
@click.argument("message_id")
@pass_target
def show_command(target: Target, message_id: str) -> None:
    """A dead letter, and what was sent to its service.

    Example: zato message show 0af7651916cd43dd8448eb211c80319c
    """
    found = target.client().dead_letter(message_id)
    if target.as_json:
        show_json(found)
        return
    letter = found["letter"]
    click.echo(f"{letter['id']} to {letter['service']}, sent by {letter['principal']} at {moment(letter['sent'])}")
    click.echo(f"Origin: {origin_of(letter)}")
    click.echo(f"Given up at {moment(letter['died'])} after {letter['attempts']} attempts: {below(letter['reason'])}")
    click.echo(found["payload"])


def _ids_of(message_ids: tuple[str, ...], everything: bool, filters: Mapping[str, str | None]) -> Ids:
    if any(filters.values()):
        if everything or message_ids:
            raise InvalidInput("Name the ids of messages, or say --all, or describe them by options.")
        return None
    return ids_of(message_ids, everything)
