"""zato server config history|diff|rollback N: a server's own configuration, a git repository."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.cli.servers import SERVER, known_server
from zato.core.errors import InvalidInput, SetupError
from zato.host.edited_file import EditedFile
from zato.host.git import GitRepository
from zato.host.identity import as_owner_of
from zato.host.layout import ServerLayout
from zato.host.settings import SERVER_SETTINGS, check_server_values, parse_toml

_SHORT = 10


@click.group("config")
def command() -> None:
    """A server's own settings: what was changed, by whom, and back again."""


@command.command("history")
@click.argument("number", type=SERVER)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Changes to show.")
@pass_target
def history_command(target: Target, number: int, limit: int) -> None:
    """Changes of a server's settings, newest first.

    Example: zato server config history 1
    """
    commits = GitRepository(known_server(target, number).config).log(limit)
    if target.as_json:
        changes = [
            {
                "commit": each.id,
                "at": each.at.isoformat(),
                "by": each.author,
                "revision": each.revision,
                "change": each.subject,
            }
            for each in commits
        ]
        show_json({"server": number, "changes": changes})
        return
    show_table(
        ("commit", "when", "who", "revision", "change"),
        ((each.id[:_SHORT], moment(each.at), each.author, each.revision, each.subject) for each in commits),
    )


@command.command("diff")
@click.argument("number", type=SERVER)
@click.argument("before", metavar="[FROM]", required=False)
@click.argument("after", metavar="[TO]", required=False)
@pass_target
def diff_command(target: Target, number: int, before: str | None, after: str | None) -> None:
    """What differs between two commits, or since one; without any, what is in the files and was not accepted.

    Example: zato server config diff 1 4f0c2ab19e
    """
    repository = GitRepository(known_server(target, number).config)
    if before is None:
        found = repository.diff("HEAD")
    else:
        found = repository.diff(repository.resolve(before), repository.resolve(after or "HEAD"))
    if target.as_json:
        show_json({"server": number, "diff": found})
        return
    click.echo(found or "Nothing differs.")


@command.command("rollback")
@click.argument("number", type=SERVER)
@click.argument("commit")
@pass_target
def rollback_command(target: Target, number: int, commit: str) -> None:
    """Make a server's settings what they were at a commit, as a new change.

    Example: zato server config rollback 1 4f0c2ab19e
    """
    paths = known_server(target, number)
    repository = GitRepository(paths.config)
    commit = repository.resolve(commit)
    values = _values(paths, repository.show(commit, paths.settings.name), commit)
    client = target.client()
    name = f"server-{number}"
    known = client.item("server", name)
    wanted = {**known["value"], **dict.fromkeys(SERVER_SETTINGS), **values}
    revision = client.update_item("server", name, wanted, known["revision"])["revision"]
    _restore_user_config(paths, repository.show(commit, paths.user_config.name), revision)
    if target.as_json:
        show_json({"server": number, "commit": commit, "revision": revision})
        return
    click.echo(f"Server {number} has the settings of {commit[:_SHORT]}, as revision {revision}")


def _values(paths: ServerLayout, content: bytes | None, commit: str) -> dict[str, Any]:
    if content is None:
        raise InvalidInput(f"{paths.settings.name} was not there in {commit[:_SHORT]}.", code="not-at-commit")
    values = parse_toml(paths.settings, content)
    try:
        check_server_values(paths.settings, values)
    except SetupError as error:
        raise InvalidInput(
            f"The settings of {commit[:_SHORT]} are not valid: {error.message}", code=error.code
        ) from error
    return values


def _restore_user_config(paths: ServerLayout, wanted: bytes | None, revision: int) -> None:
    """It is only a file, so this is an edit by hand, which the singleton commits."""
    file = EditedFile(paths.user_config)
    wanted = wanted or b""
    with as_owner_of(paths.config):
        current = file.read()
        restored = (current or b"") == wanted or file.replace(current, wanted)
    if not restored:
        raise SetupError(
            f"{paths.settings.name} is as it was then, as revision {revision}, but somebody is editing {file.path}, so "
            "that was left alone; repeat this for it.",
            code="edited-meanwhile",
        )
