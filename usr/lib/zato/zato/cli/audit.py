"""zato audit: who did what."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.moments import since_option, until_option
from zato.cli.output import moment, show_json, show_table
from zato.core import csv

_COLUMNS = (
    "id",
    "at",
    "principal",
    "cid",
    "action",
    "subject",
    "outcome",
    "revision",
    "detail",
    "address",
    "through",
)


@click.command("audit")
@click.option("--by", "principal", help="What this user did.")
@click.option("--action", help="What was done, such as update or deploy.")
@click.option("--subject", help="What it was done to, such as channel-rest:hello, or 'channel-rest:*'.")
@click.option("--outcome", help="ok, or an error's code, such as forbidden.")
@click.option("--cid", help="What one request did, by its correlation id.")
@click.option("--address", help="What was done from this client's address.")
@since_option
@until_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, for other programs.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=30, show_default=True, help="Entries to show.")
@pass_target
def command(target: Target, /, as_csv: bool, limit: int, **filters: Any) -> None:
    """Who did what, newest first.

    Example: zato audit --since 7d --by jane --limit 1000
    """
    entries = list(target.client().audit_entries(limit, **filters))
    if target.as_json:
        show_json({"entries": entries})
        return
    if as_csv:
        click.echo(csv.text(_COLUMNS, entries), nl=False)
        return
    show_table(
        ("when", "who", "through", "from", "action", "subject", "outcome"),
        (
            (
                moment(each["at"]),
                each["principal"],
                each.get("through"),  # an earlier release does not tell
                each.get("address"),
                each["action"],
                each["subject"],
                each["outcome"],
            )
            for each in entries
        ),
    )
