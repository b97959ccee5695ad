"""zato status: how the cluster is, by what its servers say and what is to be seen on this machine."""

from __future__ import annotations

import sys
from typing import Any

import click

from zato.cli.balancer import show_limits, show_servers
from zato.cli.connection import Target, pass_target
from zato.cli.looking import look_around
from zato.cli.output import below, counted, moment, show_json, show_table
from zato.core.errors import Unavailable

_ILL = 1


@click.command("status")
@pass_target
def status(target: Target) -> None:
    """Servers, workers, revisions, and the reason for everything that is not well.

    Ends with exit code 0 where all is well, 1 where anything is not, 3 where no server answers.

    Example: zato status
    """
    try:
        found = target.client().status()
    except Unavailable:
        _show_what_is_here(target)
        raise
    look_around(target, found)
    first = _first_administrator(target, found)
    if first is not None:
        found["first_administrator"] = first
    if target.as_json:
        show_json(found)
    else:
        _show(found)
    if not found["ok"]:
        sys.exit(_ILL)


def _show_what_is_here(target: Target) -> None:
    """With no server that answers, this machine may tell why."""
    found: dict[str, Any] = {"ok": False, "problems": [], "findings": [], "servers": []}
    look_around(target, found)
    if target.as_json:
        show_json(found)
    else:
        _show_problems(found)


def _show(found: dict[str, Any]) -> None:
    odb = found["odb"]
    click.echo(f"Zato {found['version']}, configuration at revision {found['applied_revision']}")
    click.echo(f"ODB: {'answers, at revision ' + str(odb['revision']) if odb['ok'] else odb['message']}")
    if odb["ok"] and odb["message"]:
        click.echo(f"  {odb['message']}")
    messages = found["messages"]
    kept = f", {messages['waiting']} messages waiting, {messages['dead']} dead letters" if messages is not None else ""
    click.echo(f"Broker: {found['broker']}{' (away)' if found['broker_problem'] else ''}{kept}")
    click.echo("")
    show_table(
        ("server", "host", "worker", "since", "last heard of", "revision", "requests", "memory"),
        (
            (
                f"server-{server['number']}",
                server["host"],
                worker["worker"],
                moment(worker["started"]),
                f"{worker['beat_age_seconds']:.0f} s ago",
                worker["applied_revision"],
                worker.get("in_flight"),  # an earlier release does not tell
                _mebibytes(worker.get("memory_bytes")),
            )
            for server in found["servers"]
            for worker in server["workers"]
        ),
    )
    click.echo("")
    if "balancer" in found:
        show_servers(found["balancer"]["servers"])
        show_limits(found["balancer"])
        click.echo("")
    for edge in found.get("edges", ()):
        click.echo(f"server-{edge['server']}: lighttpd listens on {', '.join(edge['listens'])}")
    _show_kept(found)
    _show_problems(found)
    if found["ok"]:
        click.echo("All is well.")
    first = found.get("first_administrator")
    if first is not None:
        click.echo(
            f"To become the first administrator, until {moment(first['expires'])}: {first['command']}\n"
            f"  (the one-time token is in {first['token_file']})"
        )


def _mebibytes(size: int | None) -> str | None:
    return None if size is None else f"{size / 2**20:.0f} MiB"


def _show_kept(found: dict[str, Any]) -> None:
    """What is kept for so many days, in one line, and wheels where there are any."""
    told = []
    for each in found.get("kept", ()):  # an earlier release does not tell
        since = f" since {each['oldest'][:10]}" if each["oldest"] else ""
        days = "" if each["days"] is None else f" ({each['days']} days)" if each["days"] else " (for ever)"
        told.append(f"{each['rows']} {each['what']}{since}{days}")
    if told:
        size = "" if found.get("odb_bytes") is None else f"; {found['odb_bytes'] / 2**20:.1f} MiB in all"
        click.echo(f"Kept: {', '.join(told)}{size}")
    wheels = found.get("wheels")
    if wheels is not None and wheels["files"]:
        size, most = (wheels[name] / 2**20 for name in ("size_bytes", "size_bytes_max"))
        click.echo(f"{counted(wheels['files'], 'uploaded wheel')}: {size:.1f} of {most:.0f} MiB")


def _show_problems(found: dict[str, Any]) -> None:
    for problem in found["problems"]:
        click.echo(f"Problem: {below(problem)}")


def _first_administrator(target: Target, status: dict[str, Any]) -> dict[str, str] | None:
    """What is to be done while there is a token that can be used."""
    expires = status["first_token_expires"]
    if expires is None or target.login is not None:
        return None
    return {"token_file": str(target.layout.first_token), "expires": expires, "command": "zato user first NAME"}
