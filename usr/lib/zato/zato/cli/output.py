"""What a person sees: aligned columns, or JSON where it was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from zato.core.visible import visible_line


def show_json(value: Any) -> None:
    """The value as indented JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_warnings(found: dict[str, Any]) -> None:
    """What an answer warns of, beside what was done, on standard error."""
    for each in found.get("warnings") or ():
        click.echo(f"Warning: {below(each['message'])}", err=True)


def show_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Aligned columns under headings; nothing but a line that says so where there are no rows."""
    texts = [["" if cell is None else visible_line(str(cell)) for cell in row] for row in rows]
    if not texts:
        click.echo("Nothing to show.")
        return
    widths = [max(len(row[index]) for row in (list(headings), *texts)) for index in range(len(headings))]
    for row in ([heading.upper() for heading in headings], *texts):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def counted(count: int, what: str) -> str:
    """Such as `1 message` and `2 messages`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def below(text: str) -> str:
    """Text of several lines, none of which can be taken for one that the command itself begins."""
    return "\n  ".join(text.splitlines())


def moment(when: str | datetime) -> str:
    """A moment, which may be ISO 8601, without its fraction, in UTC, which it says."""
    at = datetime.fromisoformat(when) if isinstance(when, str) else when
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
