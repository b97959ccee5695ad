"""zato user set-password|rotate-key|sessions|end-session: what users prove who they are by, renewed and ended."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, TextIO

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.cli.passwords import password_from
from zato.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from zato.client.api import ApiClient

_BY_PASSWORD = ("basic", "session")


@click.command("set-password")
@click.argument("name", required=False)
@click.option("--password-file", type=click.File(), help="Read the new password from there; - for standard input.")
@click.option("--old-password-file", type=click.File(), help="Read one's own from there, which is asked for otherwise.")
@pass_target
def set_password_command(
    target: Target, name: str | None, password_file: TextIO | None, old_password_file: TextIO | None
) -> None:
    """Give a user another password, which is asked for; the one before and all sessions of the user end at once.

    Without a name, or with one's own, it is one's own, and the old one is asked for, too; others' take the role admin.

    Example: zato user set-password jane
    """
    kind = "security-basic"
    client = target.client()
    me = client.whoami()
    if name in (None, me["name"]) and me["authentication"] in _BY_PASSWORD:
        _set_own(target, client, me["name"], old_password_file, password_file)
        return
    if name is None:
        raise InvalidInput(f"You are {me['name']} here, who has no password; name a user.", code="no-password")
    try:
        item = client.item(kind, name)  # rather than after the question
    except NotFound as error:
        raise _with_another(client, error, name, "security-api-key", "an API key", "rotate-key") from error
    password = password_from(password_file, f"New password of {name}")
    changed = client.update_item(kind, name, {**item["value"], "password": password}, item["revision"])
    if target.as_json:
        show_json(changed)
        return
    click.echo(f"{name} has another password now, and no session any more")


def _set_own(target: Target, client: ApiClient, name: str, old_file: TextIO | None, new_file: TextIO | None) -> None:
    old = password_from(old_file, f"Present password of {name}", repeat=False)
    new = password_from(new_file, f"New password of {name}")
    changed = client.change_own_password(old, new)
    if target.as_json:
        show_json(changed)
        return
    click.echo(f"{name} has another password now, and no session any more; zato login URL opens one")


@click.command("rotate-key")
@click.argument("name")
@pass_target
def rotate_key_command(target: Target, name: str) -> None:
    """Make up another API key, and show it this once; the one before is worth nothing at once.

    Example: zato user rotate-key web-shop
    """
    client = target.client()
    try:
        found = client.rotate_item("security-api-key", name)
    except NotFound as error:
        raise _with_another(client, error, name, "security-basic", "a password", "set-password") from error
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{name} has another key now, sent in the header {found['value']['header']}. This is shown once:")
    for field, text in found["generated"].items():
        click.echo(f"  {field}: {text}")


def _with_another(client: ApiClient, error: NotFound, name: str, kind: str, secret: str, command: str) -> NotFound:
    """The error, or that the user has the other kind of secret, with the command for that one."""
    if all(item["name"] != name for item in client.items(kind)["items"]):
        return error
    return NotFound(f"{name} has {secret}, which is renewed with: zato user {command} {quote(name)}", code=error.code)


@click.command("sessions")
@click.argument("name", required=False)
@click.option("--all", "everybodys", is_flag=True, help="Those of all users.")
@pass_target
def sessions_command(target: Target, name: str | None, everybodys: bool) -> None:
    """Sessions that are open: one's own, a user's, or all; those of others take the role admin.

    Example: zato user sessions --all
    """
    found = target.client().sessions(name, everybodys=everybodys)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("id", "user", "opened by", "from", "last used", "until", "roles"),
        (
            (
                each["id"],
                each["principal"],
                each["client"] + (" (this one)" if each["current"] else ""),
                each["address"],
                moment(each["used"]),
                moment(each["expires"]),
                ", ".join(each["roles"]),
            )
            for each in found["sessions"]
        ),
    )


@click.command("end-session")
@click.argument("session_id", metavar="ID")
@pass_target
def end_session_command(target: Target, session_id: str) -> None:
    """End a session: one's own, or with the role admin anybody's.

    Example: zato user end-session 0f6c2b1d9a7e4c35b8d2e1f0a9c8b7d6
    """
    found = target.client().end_session(session_id)
    if target.as_json:
        show_json(found)
        return
    click.echo(f"The session {session_id} is over")
