"""zato config: configuration items, their history, and moving them about."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
import msgspec

from zato.cli.connection import Target, pass_target
from zato.cli.fields import parse
from zato.cli.output import moment, show_json, show_table
from zato.client.api import ApiClient
from zato.config import document
from zato.core.errors import InvalidInput, NotFound


@click.group("config")
def command() -> None:
    """Configuration: channels, security definitions, connections and the rest."""


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
@click.argument("kind")
@pass_target
def list_command(target: Target, kind: str) -> None:
    """Items of a kind.

    Example: zato config list channel-rest
    """
    found = target.client().items(kind)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("name", "revision", "value"),
        ((each["name"], each["revision"], _brief(each["value"])) for each in found["items"]),
    )


@command.command("get")
@click.argument("kind")
@click.argument("name")
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
        click.echo(f"  {field:<{width}}  {'' if value is None else _text(value)}".rstrip())


@command.command("set")
@click.argument("kind")
@click.argument("name")
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE...")
@click.option("--file", type=click.File("rb"), help="JSON or YAML with all fields; - for standard input.")
@click.option("--revision", type=int, help="Refuse the change if the item is no longer at this revision.")
@pass_target
def set_command(target: Target, kind: str, name: str, fields: tuple[str, ...], file: Any, revision: int | None) -> None:
    """Create an item, or change the fields that are named. Several values are separated by commas; null unsets.

    Example: zato config set channel-rest hello service=hello.hello path=/hello methods=GET,POST
    """
    changes = {**(_from_file(file) if file is not None else {}), **parse(kind, fields)}
    client = target.client()
    known = _known(client, kind, name)
    if known is None and revision is None:
        found = client.create_item(kind, name, changes)
    else:
        if known is None:
            raise NotFound(f"There is no {kind} named {name!r} to be changed; leave out --revision to create it.")
        value = changes if file is not None else {**known["value"], **changes}
        found = client.update_item(kind, name, value, revision if revision is not None else known["revision"])
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{kind} {name!r} is {'changed' if known else 'created'}, revision {found['revision']}")
    for field, secret in (found.get("generated") or {}).items():
        click.echo(f"  {field}: {secret}   (shown this once)")


@command.command("delete")
@click.argument("kind")
@click.argument("name")
@click.option("--revision", type=int, help="Refuse if the item is no longer at this revision.")
@pass_target
def delete_command(target: Target, kind: str, name: str, revision: int | None) -> None:
    """Delete an item. What others refer to is not deleted.

    Example: zato config delete channel-rest hello
    """
    found = target.client().delete_item(kind, name, revision)
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{kind} {name!r} is deleted, revision {found['revision']}")


@command.command("history")
@click.argument("kind")
@click.argument("name")
@pass_target
def history_command(target: Target, kind: str, name: str) -> None:
    """Changes of an item, newest first.

    Example: zato config history channel-rest hello
    """
    found = target.client().history(kind, name)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("revision", "when", "who", "action", "value"),
        (
            (each["revision"], moment(each["at"]), each["principal"], each["action"], _brief(each["value"]))
            for each in found["changes"]
        ),
    )


@command.command("diff")
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
    _show_items(found["items"])
    if not found["items"]:
        click.echo("Nothing differs.")


@command.command("rollback")
@click.argument("to_revision", type=int)
@click.argument("kind", required=False)
@click.argument("name", required=False)
@click.option("--revision", type=int, help="Refuse if the item is no longer at this revision.")
@click.option(
    "--with-security",
    is_flag=True,
    help="Security definitions as well: passwords, keys, certificates and roles of then are valid again.",
)
@click.option("--dry-run", is_flag=True, help="Show what rolling everything back would change, and change nothing.")
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
    if kind is not None and dry_run:
        raise InvalidInput("--dry-run is for everything; zato config diff shows what differs in one item.")
    client = target.client()
    if dry_run:
        _show_preview(target, client.preview_rollback(to_revision, with_security=with_security))
        return
    if kind is not None and name is not None:
        if revision is None:
            known = _known(client, kind, name)
            revision = 0 if known is None else int(known["revision"])
        found = client.rollback_item(kind, name, to_revision, started_from=revision, with_security=with_security)
        text = f"{kind} {name!r} is what it was at revision {to_revision}, as revision {found['revision']}"
        if revision:
            text += f"; it was at revision {revision}"
    else:
        if revision is not None:
            raise InvalidInput("--revision is for one item: give its kind and name, too.")
        found = client.rollback_all(to_revision, with_security=with_security)
        kept = [f"{each['kind']} {each['name']!r}" for each in found.get("kept", ())]  # an earlier release keeps none
        text = f"Everything is what it was at revision {to_revision}"
        if kept:
            text += f", but for what lets in, which stays as it is now: {', '.join(kept)}"
    if target.as_json:
        show_json(found)
        return
    click.echo(text)


@command.command("export")
@pass_target
def export_command(target: Target) -> None:
    """All items as YAML, or with --json as JSON, on standard output; secrets stay sealed with the cluster's key.

    Both go back with: zato config import

    Example: zato config export > zato.yaml
    """
    text = target.client().export()
    if target.as_json:
        show_json(document.parse(text))
        return
    click.echo(text, nl=False)


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--replace", is_flag=True, help="Delete items that the file does not have.")
@pass_target
def import_command(target: Target, file: Any, replace: bool) -> None:
    """Make the configuration what a file says: all of it, or nothing and every reason why not.

    Example: zato config import zato.yaml
    """
    text = _text_of(file)
    found = target.client().import_(text, "replace" if replace else "merge")
    if target.as_json:
        show_json(found)
        return
    for action in ("created", "updated", "deleted"):
        for key in found[action]:
            click.echo(f"{action} {key['kind']} {key['name']!r}")
    click.echo(f"{found['unchanged']} unchanged, revision {found['revision']}")


@command.command("ping")
@click.argument("kind")
@click.argument("name")
@pass_target
def ping_command(target: Target, kind: str, name: str) -> None:
    """Try an outgoing connection and say how far it came. Exit code 1 where it does not work.

    Example: zato config ping outgoing-sql Stock
    """
    found = target.client().ping_item(kind, name)
    if target.as_json:
        show_json(found)
    else:
        click.echo(
            f"{'ok' if found['ok'] else 'failed at ' + found['stage']}: {found['message']} ({found['ms']:.0f} ms)"
        )
    sys.exit(0 if found["ok"] else 1)


def _show_preview(target: Target, found: dict[str, Any]) -> None:
    if target.as_json:
        show_json(found)
        return
    _show_items(found["items"])
    if not found["items"]:
        click.echo("Nothing would change.")
    if found["kept"]:
        click.echo("These stay as they are now; with --with-security they would be changed, too:")
        _show_items(found["kept"])


def _show_items(items: list[dict[str, Any]]) -> None:
    for item in items:
        click.echo(f"{item['action']} {item['kind']} {item['name']!r}")
        for field in item["fields"]:
            click.echo(f"  {field['field']}: {json.dumps(field['before'])} -> {json.dumps(field['after'])}")


def _known(client: ApiClient, kind: str, name: str) -> dict[str, Any] | None:
    try:
        return client.item(kind, name)
    except NotFound as error:
        if error.code != "no-such-item":
            raise
        return None


def _from_file(file: Any) -> dict[str, Any]:
    # JSON is YAML too. What only YAML has, such as points in time, becomes what it is in JSON
    found = msgspec.to_builtins(document.parse(_text_of(file)))
    if not isinstance(found, dict):
        raise InvalidInput(f"{file.name} must hold the fields of the item as one mapping.")
    return found


def _text_of(file: Any) -> str:
    try:
        return str(file.read(), "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{file.name} is not valid UTF-8 at byte {error.start}; convert it.", code="invalid-utf8"
        ) from error


def _brief(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    shown = (f"{name}={_text(each)}" for name, each in value.items() if each not in (None, [], ""))
    text = " ".join(shown)
    return text if len(text) <= 110 else text[:107] + "..."


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
