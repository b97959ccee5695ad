"""zato user totp status|enrol|confirm|disable: a second factor, beside the password."""

from __future__ import annotations

from typing import TextIO

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json
from zato.cli.passwords import password_from

_password_file = click.option(
    "--password-file", type=click.File(), help="Read one's password from there; - for standard input."
)


@click.group("totp")
def totp_group() -> None:
    """One-time passwords (TOTP), which are asked for beside the password where a session is opened."""


@totp_group.command("status")
@click.argument("name", required=False)
@pass_target
def status_command(target: Target, name: str | None) -> None:
    """Whether one has a second factor, and how many recovery codes are left; of others, to administrators.

    Example: zato user totp status
    """
    found = target.client().second_factor(name)
    if target.as_json:
        show_json(found)
        return
    if not found["demanded"]:
        to_have_one = "; to have one: zato user totp enrol" if name is None else ""
        click.echo(f"{found['principal']} has none{to_have_one}")
        return
    click.echo(
        f"{found['principal']} has one since {moment(found['since'])}, and {found['recovery_codes']} recovery codes"
    )


@totp_group.command("enrol")
@_password_file
@pass_target
def enrol_command(target: Target, password_file: TextIO | None) -> None:
    """Begin with a second factor: the password is asked for, and a secret shown, this once, for an application.

    It counts once a code of the application has confirmed it.

    Example: zato user totp enrol
    """
    client = target.client()
    begun = client.begin_second_factor(password_from(password_file, "Password", repeat=False))
    if target.as_json:
        show_json(begun)
        return
    click.echo(f"For your application, by hand or as a picture:\n  {begun['secret']}\n  {begun['uri']}")
    click.echo("Then, with the code that it shows: zato user totp confirm CODE")


@totp_group.command("confirm")
@click.argument("code")
@pass_target
def confirm_command(target: Target, code: str) -> None:
    """Have a code asked for from now on; other sessions of one's own end. Recovery codes are shown, this once.

    Example: zato user totp confirm 123456
    """
    found = target.client().confirm_second_factor(code)
    if target.as_json:
        show_json(found)
        return
    click.echo("A code is asked for from now on. Each of these takes its place once; keep them apart from the device:")
    for each in found["recovery_codes"]:
        click.echo(f"  {each}")


@totp_group.command("disable")
@click.argument("name", required=False)
@_password_file
@click.option("--code", help="Of one's own second factor, or a recovery code; asked for otherwise.")
@pass_target
def disable_command(target: Target, name: str | None, password_file: TextIO | None, code: str | None) -> None:
    """Have the password suffice again; all sessions end.

    One's own takes the password and a code; another's, who has lost a device, takes the role admin.

    Example: zato user totp disable jane
    """
    client = target.client()
    if name is not None:
        found = client.remove_second_factor(name)
    else:
        password = password_from(password_file, "Password", repeat=False)
        given = code if code is not None else click.prompt("Code", type=str, err=True)
        found = client.disable_second_factor(password, given)
    if target.as_json:
        show_json(found)
        return
    click.echo(f"The password of {found['principal']} suffices again; all sessions have ended")
