"""zato user: security definitions whose holders may use the admin API."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.first_administrator import first_command, first_token_command
from zato.cli.output import show_json, show_table
from zato.cli.user_secrets import (
    end_session_command,
    rotate_key_command,
    sessions_command,
    set_password_command,
)
from zato.cli.user_totp import totp_group
from zato.client.api import ApiClient
from zato.core.errors import NotFound
from zato.core.principal import Role
from zato.core.suggestions import did_you_mean

if TYPE_CHECKING:
    from zato.config.kinds import Kind
    from zato.pki.authority import Authority

_roles = click.Choice([role.value for role in Role])


def _kinds() -> tuple[Kind[Any], ...]:
    """The kinds of users. Knowing all kinds takes a moment, so no command does that needs none."""
    from zato.config.kinds import letting_in

    return letting_in()


class _Way(click.Choice[str]):
    """How users prove who they are: the short name of a kind, looked up no sooner than it is needed."""

    def __init__(self) -> None:
        self.case_sensitive = True

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(kind.short_name for kind in _kinds())


@click.group("user")
def command() -> None:
    """Who may use the admin API, and with which roles.

    viewer reads; operator changes configuration except security; deployer deploys services; admin does everything.
    """


command.add_command(first_command)
command.add_command(first_token_command)
command.add_command(set_password_command)
command.add_command(rotate_key_command)
command.add_command(sessions_command)
command.add_command(end_session_command)
command.add_command(totp_group)


@command.command("create")
@click.argument("name")
@click.option("--role", "roles", type=_roles, multiple=True, help="May be repeated; none for callers of channels only.")
@click.option("--with", "how", type=_Way(), default="basic", show_default=True)
@click.option("--replace", is_flag=True, help="Replace a certificate that is there; its key is gone afterwards.")
@pass_target
def create_command(target: Target, name: str, roles: tuple[str, ...], how: str, replace: bool) -> None:
    """Create a user. A password or key is made up, and shown this once.

    Example: zato user create jane --role deployer
    """
    value: dict[str, Any] = {"roles": list(roles)}
    shown: dict[str, str] = {}
    client = target.client()
    if how == "basic":
        shown = {"username": name, "password": secrets.token_urlsafe(18)}
        value.update(shown)
    if how == "certificate":
        _authority(target).check_name(name, replace=replace)  # rather than when the user is there already
        value["subject"] = f"CN={name}"
    kind = next(kind.name for kind in _kinds() if kind.short_name == how)
    item = client.create_item(kind, name, value)
    if how == "certificate":
        _authority(target).issue_client(name, replace=replace)
        pki = target.layout.pki
        shown = {"certificate": f"{pki / name}.crt", "private key": f"{pki / name}.key"}
    shown.update(item.get("generated") or {})
    if target.as_json:
        show_json({**item, "generated": shown})
        return
    click.echo(f"{name} is created, with {_said(roles)}. This is shown once:")
    for field, text in shown.items():
        click.echo(f"  {field}: {text}")


@command.command("list")
@pass_target
def list_command(target: Target) -> None:
    """Users, how they prove who they are, and their roles.

    Example: zato user list
    """
    client = target.client()
    found = [item for kind in _kinds() for item in client.items(kind.name)["items"]]
    if target.as_json:
        show_json(found)
        return
    ways = {kind.name: kind.short_name for kind in _kinds()}
    show_table(
        ("name", "with", "roles", "active", "expires"),
        (
            (
                each["name"],
                ways[each["kind"]],
                ", ".join(each["value"]["roles"]),
                "yes" if each["value"]["active"] else "no",
                each["value"]["expires"],
            )
            for each in sorted(found, key=lambda item: str(item["name"]))
        ),
    )


@command.command("set-roles")
@click.argument("name")
@click.argument("roles", type=_roles, nargs=-1)
@pass_target
def set_roles_command(target: Target, name: str, roles: tuple[str, ...]) -> None:
    """Give a user these roles instead of those it has; none takes all away.

    Example: zato user set-roles jane viewer deployer
    """
    client = target.client()
    item = _find(client, name)
    changed = client.update_item(item["kind"], name, {**item["value"], "roles": list(roles)}, item["revision"])
    if target.as_json:
        show_json(changed)
        return
    click.echo(f"{name} has {_said(roles)} now")


@command.command("delete")
@click.argument("name")
@pass_target
def delete_command(target: Target, name: str) -> None:
    """Delete a user. One that channels refer to is not deleted.

    Example: zato user delete jane
    """
    client = target.client()
    item = _find(client, name)
    found = client.delete_item(item["kind"], name, item["revision"])
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{name} is deleted")


def _find(client: ApiClient, name: str) -> dict[str, Any]:
    users = {item["name"]: item for kind in _kinds() for item in client.items(kind.name)["items"]}
    if name not in users:
        raise NotFound(f"There is no user {name!r}{did_you_mean(name, users, 'see: zato user list')}")
    found: dict[str, Any] = users[name]
    return found


def _authority(target: Target) -> Authority:
    from zato.pki.authority import Authority

    return Authority(target.layout.pki)


def _said(roles: tuple[str, ...]) -> str:
    return f"the role{'s' if len(roles) > 1 else ''} {', '.join(roles)}" if roles else "no role"
