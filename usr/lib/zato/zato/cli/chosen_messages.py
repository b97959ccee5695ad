"""What the commands about messages that wait, or that were given up, have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from zato.cli.connection import Target
from zato.cli.output import counted, show_json, show_table
from zato.core.errors import InvalidInput

_ID = re.compile(r"[0-9a-f]{32}")
Ids = Sequence[str] | None
_Command = Callable[..., None]


def limit_option(command: _Command) -> _Command:
    """--limit: how many are listed."""
    return click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True)(command)


def which_messages(those: str) -> Callable[[_Command], _Command]:
    """Ids as arguments, or --all, which stands for `those`."""

    def decorate(command: _Command) -> _Command:
        command = click.option("--all", "everything", is_flag=True, help=f"All {those}.")(command)
        return click.argument("message_ids", nargs=-1)(command)

    return decorate


def ids_of(message_ids: tuple[str, ...], everything: bool) -> Ids:
    """The ids, None for all. Raises InvalidInput unless either is named, and for what is none."""
    if everything == bool(message_ids):
        raise InvalidInput("Name the ids of messages, or say --all.")
    for each in message_ids:
        if not _ID.fullmatch(each):
            raise InvalidInput(f"{each[:40]!r} is no id of a message, which has 32 digits of 0-9 and a-f.")
    return None if everything else message_ids


def origin_of(message: Mapping[str, Any]) -> str:
    """What has sent a message, and its name where it has one."""
    # A server of the release before does not say so
    return f"{message.get('origin', '')} {message.get('origin_name', '')}".strip()


def show_messages(
    target: Target, found: dict[str, Any], columns: Mapping[str, Callable[[dict[str, Any]], object]]
) -> None:
    """The messages as a table of these columns."""
    if target.as_json:
        show_json(found)
        return
    show_table(tuple(columns), (tuple(cell(each) for cell in columns.values()) for each in found["messages"]))


def show_count(target: Target, found: dict[str, Any], done: str) -> None:
    """What was done, and to how many of them."""
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{done}: {counted(found['count'], 'message')}.")
