"""What differs, or would change, as a person sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from zato.cli.connection import Target
from zato.cli.items import without_hashes
from zato.cli.output import show_json, show_warnings

Command = Callable[..., None]


def dry_run_option(command: Command) -> Command:
    """--dry-run of a command that changes something."""
    return click.option("--dry-run", is_flag=True, help="Check everything, show what would change, change nothing.")(
        command
    )


def show_preview(target: Target, found: dict[str, Any]) -> None:
    """What a change with --dry-run would do."""
    if target.as_json:
        show_json(found)
        return
    show_items(found["items"])
    if not found["items"]:
        click.echo("Nothing would change.")
    if found["kept"]:
        click.echo("These stay as they are now; with --with-security they would be changed, too:")
        show_items(found["kept"])


def show_change(
    target: Target, found: dict[str, Any], sentences: Callable[[], Iterable[str]], *, dry_run: bool = False
) -> None:
    """What came of a command that changes something: a preview, JSON, or sentences, and what the answer warns of."""
    if dry_run:
        show_preview(target, found)
    elif target.as_json:
        show_json(found)
    else:
        for sentence in sentences():
            click.echo(sentence)
        for answer in (found, *found.get("deployments", ())):
            show_warnings(answer)


def show_items(items: list[dict[str, Any]]) -> None:
    """Items that differ, each with its fields before and after."""
    for item in items:
        click.echo(f"{item['action']} {item['kind']} {item['name']!r}")
        for field in item["fields"]:
            for line in _lines(item, field):
                click.echo(f"  {line}")


def _lines(item: dict[str, Any], field: dict[str, Any]) -> Iterator[str]:
    name, before, after = field["field"], field["before"], field["after"]
    is_deployment = item["kind"] == "deployment"
    if is_deployment and name == "sha256":
        yield "content: " + ("another file" if before and after else "a new file" if after else "goes")
    elif is_deployment and name == "deployment_id":
        is_new = after is None and item["action"] != "delete"  # it has no number before it is made
        yield f"version: {_version(before)} -> {'a new one' if is_new else _version(after)}"
    elif _are_texts(before) and _are_texts(after) and set(before or ()) != set(after or ()):
        for text in before or ():
            if text not in (after or ()):
                yield f"{name}: - {without_hashes(text)}"
        for text in after or ():
            if text not in (before or ()):
                yield f"{name}: + {without_hashes(text)}"
    else:
        yield f"{name}: {without_hashes(json.dumps(before))} -> {without_hashes(json.dumps(after))}"


def _are_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _version(deployment_id: int | None) -> str:
    return "none" if deployment_id is None else f"deployment {deployment_id}"
