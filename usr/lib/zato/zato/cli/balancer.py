"""zato balancer status|validate|reload|rollback|statistics: HAProxy on this machine."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import below, moment, show_json, show_table
from zato.host.edge_figures import LIMITS

# Of HAProxy's figures those that a table has room for
_COLUMNS = (
    "pxname",
    "svname",
    "status",
    "scur",
    "smax",
    "stot",
    "rate",
    "req_tot",
    "hrsp_5xx",
    "econ",
    "eresp",
    "wretr",
)


@click.group("balancer")
def command() -> None:
    """HAProxy on this machine, by way of its agent."""


@command.command("status")
@pass_target
def status_command(target: Target) -> None:
    """Servers as HAProxy sees them, and the reason for what is not well.

    Example: zato balancer status
    """
    _show(target, target.balancer().state())


@command.command("validate")
@pass_target
def validate_command(target: Target) -> None:
    """Have HAProxy check its configuration as it would be now, files of the administrators' own included.

    Example: zato balancer validate
    """
    found = target.balancer().validate()
    if target.as_json:
        show_json(found)
        return
    click.echo("HAProxy accepts its configuration.")


@command.command("reload")
@pass_target
def reload_command(target: Target) -> None:
    """Have HAProxy load its configuration anew, also one that was refused before; no connection is lost.

    Example: zato balancer reload
    """
    _show(target, target.balancer().reload())


@command.command("rollback")
@click.option(
    "--with-security",
    is_flag=True,
    help="Also where who gets in, or how much they may have, was decided otherwise then.",
)
@pass_target
def rollback_command(target: Target, with_security: bool) -> None:
    """Have HAProxy go back to the configuration before the present one, until another one is wanted.

    Servers stay as they are configured. What is rolled back is not tried again before it has changed, or before
    `zato balancer reload`.

    Example: zato balancer rollback
    """
    _show(target, target.balancer().rollback(with_security=with_security))


@command.command("statistics")
@pass_target
def statistics_command(target: Target) -> None:
    """HAProxy's own figures; with --json all of them.

    Example: zato balancer statistics
    """
    found = target.balancer().statistics()
    if target.as_json:
        show_json(found)
        return
    show_table(_COLUMNS, ([row.get(name) for name in _COLUMNS] for row in found["rows"]))


def _show(target: Target, state: dict[str, Any]) -> None:
    if target.as_json:
        show_json(state)
        return
    since = moment(state["since"]) if state["since"] else "not yet"
    click.echo(f"HAProxy {'runs' if state['running'] else 'does not answer'}, with the configuration")
    click.echo(f"{state['configuration'][:16] or 'none'} since {since}, servers as of revision {state['revision']}")
    click.echo("")
    show_servers(state["servers"])
    for problem in state["problems"]:
        click.echo(f"Problem: {below(problem)}")
    show_limits(state)


def show_limits(state: dict[str, Any]) -> None:
    """What the limits for one source have refused, each with its settings, and which sources have reached one.

    That is no problem of the cluster's.
    """
    for sentence in state.get("at_limits", ()):
        click.echo(f"At a limit: {below(sentence)}")
    for name, count in state.get("limited", {}).items():
        if count:
            click.echo(f"Limited since HAProxy's last reload: {count} {LIMITS.get(name, name)}")


def show_servers(servers: list[dict[str, Any]]) -> None:
    """A table of servers as HAProxy's agent tells them."""
    show_table(
        ("server", "address", "mode", "weight", "HAProxy", "sessions", "requests"),
        (
            [server[key] for key in ("name", "address", "mode", "weight", "status", "sessions", "requests")]
            for server in servers
        ),
    )
