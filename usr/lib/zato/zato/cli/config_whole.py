"""zato config history|diff|rollback|export|import: the configuration as a whole, and as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from zato.cli.completing import items, kinds
from zato.cli.connection import Target, pass_target
from zato.cli.differences import dry_run_option, show_change, show_items
from zato.cli.items import brief, known_item, text_of
from zato.cli.moments import since_option, until_option
from zato.cli.output import moment, show_json, show_table
from zato.cli.values_file import values_in
from zato.config import export_document
from zato.core.errors import InvalidInput


@click.command("history")
@click.argument("kind", required=False, shell_complete=kinds)
@click.argument("name", required=False, shell_complete=items)
@click.option("--by", "principal", help="Changes that this user made.")
@click.option("--action", type=click.Choice(["create", "update", "delete"]), help="Changes of this kind.")
@click.option("--cid", help="What one request has changed, by its correlation id.")
@since_option
@until_option
@click.option("--before", type=int, help="Changes before this revision.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Changes to show.")
@pass_target
def history_command(target: Target, /, kind: str | None, name: str | None, **filters: Any) -> None:
    """Changes of all items, of those of a kind, or of one, newest first.

    Example: zato config history --since 2h --by jane
    """
    found = target.client().changes(kind=kind, name=name, **filters)
    if target.as_json:
        show_json(found)
        return
    one = kind is not None and name is not None
    show_table(
        ("revision", "when", "who", "action", *(() if one else ("kind", "name")), "value"),
        (
            (
                each["revision"],
                moment(each["at"]),
                each["principal"],
                each["action"],
                *(() if one else (each["kind"], each["name"])),
                brief(each["value"]),
            )
            for each in found["changes"]
        ),
    )
    if found["next"] is not None:
        click.echo(f"There may be more before these: --before {found['next']}")


@click.command("diff")
@click.argument("from_revision", type=int)
@click.argument("to_revision", type=int, required=False)
@pass_target
def diff_command(target: Target, from_revision: int, to_revision: int | None) -> None:
    """What differs between two revisions, the second being the latest unless given.

    Example: zato config diff 40 42
    """
    found = target.client().diff(from_revision, to_revision)
    if target.as_json:
        show_json(found)
        return
    show_items(found["items"])
    if not found["items"]:
        click.echo("Nothing differs.")


@click.command("rollback")
@click.argument("to_revision", type=int)
@click.argument("kind", required=False, shell_complete=kinds)
@click.argument("name", required=False, shell_complete=items)
@click.option("--revision", type=int, help="Refuse if the item is no longer at this revision.")
@click.option(
    "--with-security",
    is_flag=True,
    help="Security definitions as well: passwords, keys, certificates and roles of then are valid again.",
)
@dry_run_option
@pass_target
def rollback_command(
    target: Target,
    to_revision: int,
    kind: str | None,
    name: str | None,
    revision: int | None,
    with_security: bool,
    dry_run: bool,
) -> None:
    """Make one item, or everything, what it was at a revision. Security definitions stay as they are unless asked for.

    Example: zato config rollback 40 channel-rest hello
    """
    if kind is not None and name is None:
        raise InvalidInput("Give a kind and a name to roll one item back, or neither to roll back everything.")
    client = target.client()
    if kind is not None and name is not None:
        if revision is None:
            known = known_item(client, kind, name)
            revision = 0 if known is None else int(known["revision"])
        found = client.rollback_item(
            kind, name, to_revision, started_from=revision, with_security=with_security, dry_run=dry_run
        )
    else:
        if revision is not None:
            raise InvalidInput("--revision is for one item: give its kind and name, too.")
        found = client.rollback_all(to_revision, with_security=with_security, dry_run=dry_run)

    def sentences() -> Iterator[str]:
        if name is None:
            # An earlier release keeps none
            kept = ", ".join(f"{each['kind']} {each['name']!r}" for each in found.get("kept", ()))
            but = f", but for what lets in, which stays as it is now: {kept}" if kept else ""
            yield f"Everything is what it was at revision {to_revision}{but}"
        else:
            before = f"; it was at revision {revision}" if revision else ""
            yield f"{kind} {name!r} is what it was at revision {to_revision}, as revision {found['revision']}{before}"

    show_change(target, found, sentences, dry_run=dry_run)


@click.command("export")
@click.option("--placeholders", is_flag=True, help="${NAME} for addresses and secrets, for another environment.")
@pass_target
def export_command(target: Target, placeholders: bool) -> None:
    """All items as YAML, or with --json as JSON, on standard output; secrets stay sealed with the cluster's key.

    Both go back with: zato config import

    Example: zato config export > zato.yaml
    """
    text = target.client().export(placeholders=placeholders)
    if target.as_json:
        show_json(export_document.parse(text))
        return
    click.echo(text, nl=False)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--replace", is_flag=True, help="Delete items that the file does not have.")
@click.option(
    "--values",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Values of the file's ${NAME}: YAML, or a NAME=VALUE in each line.",
)
@dry_run_option
@pass_target
def import_command(target: Target, file: Any, replace: bool, values: Path | None, dry_run: bool) -> None:
    """Make the configuration what a file says: all of it, or nothing and every reason why not.

    Example: zato config import zato.yaml
    """
    text = text_of(file)
    filled = None if values is None else values_in(values)
    found = target.client().import_(text, "replace" if replace else "merge", values=filled, dry_run=dry_run)
    if unused := found.get("unused_values"):
        click.echo(f"The file has no place for these values: {', '.join(unused)}", err=True)

    def sentences() -> Iterator[str]:
        for action in ("created", "updated", "deleted"):
            yield from (f"{action} {key['kind']} {key['name']!r}" for key in found[action])
        yield f"{found['unchanged']} unchanged, revision {found['revision']}"

    show_change(target, found, sentences, dry_run=dry_run)
