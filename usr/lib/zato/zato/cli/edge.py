"""zato edge status|validate|reload|rollback: lighttpd of a server of this machine."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import below, moment, show_json
from zato.cli.servers import SERVER

_NUMBER = click.argument("number", type=SERVER)


@click.group("edge")
def command() -> None:
    """lighttpd of a server of this machine, by way of its agent."""


@command.command("status")
@_NUMBER
@pass_target
def status_command(target: Target, number: int) -> None:
    """lighttpd with its certificate, and the reason for what is not well.

    Example: zato edge status 1
    """
    _show(target, target.edge(number).state())


@command.command("validate")
@_NUMBER
@pass_target
def validate_command(target: Target, number: int) -> None:
    """Have lighttpd check its configuration as it would be now.

    Example: zato edge validate 1
    """
    found = target.edge(number).validate()
    if target.as_json:
        show_json(found)
        return
    click.echo("lighttpd accepts its configuration.")


@command.command("reload")
@_NUMBER
@pass_target
def reload_command(target: Target, number: int) -> None:
    """Have lighttpd load its configuration anew, also one that was refused before; no request is lost.

    Example: zato edge reload 1
    """
    _show(target, target.edge(number).reload())


@command.command("rollback")
@_NUMBER
@click.option(
    "--with-security",
    is_flag=True,
    help="Also where who gets in, or how much they may have, was decided otherwise then.",
)
@pass_target
def rollback_command(target: Target, number: int, with_security: bool) -> None:
    """Have lighttpd go back to the configuration before the present one, until another one is wanted.

    What is rolled back is not tried again before it has changed, or before
    `zato edge reload`.

    Example: zato edge rollback 1
    """
    _show(target, target.edge(number).rollback(with_security=with_security))


def _show(target: Target, state: dict[str, Any]) -> None:
    if target.as_json:
        show_json(state)
        return
    since = moment(state["since"]) if state["since"] else "not yet"
    runs = f"runs as process {state['pid']}" if state["running"] else "does not run"
    click.echo(f"lighttpd {state['version']} of {state['server']} {runs}, with the configuration")
    click.echo(f"{state['configuration'][:16] or 'none'} since {since}")
    if "listens" in state:  # an earlier release does not tell
        click.echo(f"Listens on: {', '.join(state['listens'])}")
    click.echo(f"CAs of clients: {', '.join(each[:16] for each in state['authorities']) or 'none'}")
    if state["certificate"] is not None:
        shown = state["certificate"]
        click.echo(f"Certificate: {shown['serial']}, valid until {moment(shown['not_after'])}")
    for problem in state["problems"]:
        click.echo(f"Problem: {below(problem)}")
