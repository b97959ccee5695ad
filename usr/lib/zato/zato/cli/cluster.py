"""zato ping, whoami: whether the cluster answers, and as whom."""

from __future__ import annotations

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json


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
    where = "" if target.login is None else f" at {target.login.url}"
    click.echo(
        f"{found['name']}{where}, known by {found['authentication']}, with {', '.join(found['roles']) or 'no role'}"
    )
    changes = [kind for kind, rights in found.get("kinds", {}).items() if rights["change"]]
    click.echo(f"May: {', '.join(found.get('rights', ()))}")
    click.echo(f"May change: {', '.join(changes) or 'nothing'}")
