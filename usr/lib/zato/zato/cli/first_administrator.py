"""zato user first|first-token: how a cluster without default passwords gets its first administrator."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TextIO

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json
from zato.cluster import first_token_file as first_token


@click.command("first")
@click.argument("name")
@click.option("--token-file", type=click.File(), help="The token's file; - for standard input.")
@click.option("--password-file", type=click.File(), help="A password of your own, to be read from there.")
@pass_target
def first_command(target: Target, name: str, token_file: TextIO | None, password_file: TextIO | None) -> None:
    """Become the first administrator, by the one-time token that the installation made.

    A password is made up, and shown this once, where you give none.

    Example: zato user first jane
    """
    token = first_token.read(target.layout.first_token) if token_file is None else token_file.read().strip()
    password = secrets.token_urlsafe(18) if password_file is None else password_file.read().rstrip("\r\n")
    made = target.nobody().become_first_administrator(token, name, password)
    shown = {"username": name, **({"password": password} if password_file is None else {})}
    if target.as_json:
        show_json({**made, "generated": shown})
    else:
        click.echo(f"{name} is an administrator now, and the token is spent. This is shown once:")
        for field, text in shown.items():
            click.echo(f"  {field}: {text}")
    if token_file is None:  # last, since the password would be lost where the file cannot be written
        first_token.used(target.layout.first_token)


@click.command("first-token")
@click.option(
    "--hours", type=click.IntRange(1, 168), default=24, show_default=True, help="For how long it can be used."
)
@pass_target
def first_token_command(target: Target, hours: int) -> None:
    """Make a new one-time token for an administrator. The one before is worth nothing from then on.

    Example: zato user first-token --hours 2
    """
    path = target.layout.first_token
    made = target.client().new_first_token(int(timedelta(hours=hours).total_seconds()))
    first_token.write(path, made["token"])
    if target.as_json:
        show_json({"file": str(path), "expires": made["expires"]})
        return
    click.echo(f"The token is in {path}, and valid until {moment(made['expires'])}. To use it: zato user first NAME")
