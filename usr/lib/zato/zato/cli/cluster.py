"""zato ping, audit, whoami: the cluster as a whole."""

from __future__ import annotations

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table


@click.command("ping")
@pass_target
def ping(target: Target) -> None:
    """Say whether the cluster answers.

    Example: zato ping
    """
    found = target.client().ping()
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{found['zato_env']['result']} (cid {found['zato_env']['cid']})")


@click.command("whoami")
@pass_target
def whoami(target: Target) -> None:
    """As whom the command line acts, and with which roles.

    Example: zato whoami
    """
    found = target.client().whoami()
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{found['name']}, known by {found['authentication']}, with {', '.join(found['roles']) or 'no role'}")


@click.command("audit")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True)
@pass_target
def audit(target: Target, limit: int) -> None:
    """Who did what, newest first.

    Example: zato audit --limit 100
    """
    found = target.client().audit(limit)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("when", "who", "action", "subject", "outcome"),
        (
            (moment(each["at"]), each["principal"], each["action"], each["subject"], each["outcome"])
            for each in found["entries"]
        ),
    )
