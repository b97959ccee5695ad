"""All commands of the command line."""

from __future__ import annotations

from collections.abc import Iterator

import click

from zato.cli.main import cli


def _every(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _every(found, (*path, name))


COMMANDS = dict(_every(cli))
"""By their words."""
