"""zato config: configuration items, their history, and moving them about."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from zato.cli import config_whole
from zato.cli.completing import items, kinds
from zato.cli.connection import Target, pass_target
from zato.cli.differences import dry_run_option, show_change
from zato.cli.fields import parse
from zato.cli.items import brief, known_item, shown_value, text_of
from zato.cli.output import moment, show_json, show_table
from zato.config import export_document
from zato.core.errors import InvalidInput, NotFound


@click.group("config")
def command() -> None:
    """Configuration: channels, security definitions, connections and the rest."""


command.add_command(config_whole.history_command)
command.add_command(config_whole.diff_command)
command.add_command(config_whole.rollback_command)
command.add_command(config_whole.export_command)
command.add_command(config_whole.import_command)


@command.command("kinds")
@pass_target
def kinds_command(target: Target) -> None:
    """Kinds of items there are.

    Example: zato config kinds
    """
    from zato.config.kinds import KINDS

    if target.as_json:
        show_json([{"kind": kind.name, "summary": kind.summary} for kind in KINDS.values()])
        return
    show_table(("kind", "what it is"), ((kind.name, kind.summary) for kind in KINDS.values()))


@command.command("list")
@click.argument("kind", shell_complete=kinds)
@click.option("--search", "q", help="Those that have this text in the name, or in a field.")
@click.option("--sort", type=click.Choice(["name", "-name", "revision", "-revision"]), help="-revision: newest first.")
@pass_target
def list_command(target: Target, kind: str, q: str | None, sort: str | None) -> None:
    """Items of a kind.

    Example: zato config list channel-rest
    """
    found = target.client().items(kind, q=q, sort=sort)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("name", "revision", "changed", "by", "value"),
        (
            (
                each["name"],
                each["revision"],
                moment(each["changed"]) if "changed" in each else None,  # an earlier release does not tell
                each.get("author"),
                brief(each["value"]),
            )
            for each in found["items"]
        ),
    )


@command.command("search")
@click.argument("text")
@pass_target
def search_command(target: Target, text: str) -> None:
    """Items of all kinds, and services, that have a text in their names or fields. Secrets are not looked at.

    Example: zato config search hello
    """
    found = target.client().search(text)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("kind", "name", "found in"),
        ((each["kind"] or each["what"], each["name"], each["field"] or "name") for each in found["found"]),
    )
    if found["total"] > len(found["found"]):
        click.echo(f"There are {found['total']}; a longer text finds fewer.")


@command.command("get")
@click.argument("kind", shell_complete=kinds)
@click.argument("name", shell_complete=items)
@pass_target
def get_command(target: Target, kind: str, name: str) -> None:
    """One item; secrets are masked.

    Example: zato config get channel-rest hello
    """
    found = target.client().item(kind, name)
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{kind} {name!r}, revision {found['revision']}")
    width = max(map(len, found["value"]))
    for field, value in found["value"].items():
        click.echo(f"  {field:<{width}}  {'' if value is None else shown_value(value)}".rstrip())


@command.command("set")
@click.argument("kind", shell_complete=kinds)
@click.argument("name", shell_complete=items)
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--file", type=click.File("rb"), help="JSON or YAML with all fields; - for standard input.")
@click.option("--revision", type=int, help="Refuse the change if the item is no longer at this revision.")
@dry_run_option
@pass_target
def set_command(
    target: Target, kind: str, name: str, fields: tuple[str, ...], file: Any, revision: int | None, dry_run: bool
) -> None:
    """Create an item, or change the fields that are named. Several values are separated by commas; null unsets.

    Example: zato config set channel-rest hello service=hello.hello path=/hello methods=GET,POST
    """
    changes = {**(_from_file(file) if file is not None else {}), **parse(kind, fields)}
    client = target.client()
    known = known_item(client, kind, name)
    if known is None and revision is None:
        found = client.create_item(kind, name, changes, dry_run=dry_run)
    else:
        if known is None:
            raise NotFound(f"There is no {kind} named {name!r} to be changed; leave out --revision to create it.")
        value = changes if file is not None else {**known["value"], **changes}
        started_from = revision if revision is not None else known["revision"]
        found = client.update_item(kind, name, value, started_from, dry_run=dry_run)

    def sentences() -> Iterator[str]:
        yield f"{kind} {name!r} is {'changed' if known else 'created'}, revision {found['revision']}"
        for field, secret in (found.get("generated") or {}).items():
            yield f"  {field}: {secret}   (shown this once)"

    show_change(target, found, sentences, dry_run=dry_run)


@command.command("delete")
@click.argument("kind", shell_complete=kinds)
@click.argument("name", shell_complete=items)
@click.option("--revision", type=int, help="Refuse if the item is no longer at this revision.")
@dry_run_option
@pass_target
def delete_command(target: Target, kind: str, name: str, revision: int | None, dry_run: bool) -> None:
    """Delete an item. What others refer to is not deleted.

    Example: zato config delete channel-rest hello
    """
    found = target.client().delete_item(kind, name, revision, dry_run=dry_run)
    show_change(target, found, lambda: [f"{kind} {name!r} is deleted, revision {found['revision']}"], dry_run=dry_run)


@command.command("ping")
@click.argument("kind", shell_complete=kinds)
@click.argument("name", shell_complete=items)
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@pass_target
def ping_command(target: Target, kind: str, name: str, fields: tuple[str, ...]) -> None:
    """Try an outgoing connection and say how far it came. Exit code 1 where it does not work.

    With fields, as it would be with these, which are not saved.

    Example: zato config ping outgoing-sql Stock
    """
    client = target.client()
    if fields:
        known = known_item(client, kind, name)
        found = client.try_item(kind, name, {**(known["value"] if known else {}), **parse(kind, fields)})
    else:
        found = client.ping_item(kind, name)
    if target.as_json:
        show_json(found)
    else:
        click.echo(
            f"{'ok' if found['ok'] else 'failed at ' + found['stage']}: {found['message']} ({found['ms']:.0f} ms)"
        )
    sys.exit(0 if found["ok"] else 1)


def _from_file(file: Any) -> dict[str, Any]:
    # JSON is YAML too. What only YAML has, such as points in time, becomes what it is in JSON
    found = msgspec.to_builtins(export_document.parse(text_of(file)))
    if not isinstance(found, dict):
        raise InvalidInput(f"{file.name} must hold the fields of the item as one mapping.")
    return found
