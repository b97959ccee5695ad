"""zato ping, status, audit, whoami: the cluster as a whole."""

from __future__ import annotations

from typing import Any

import click

from zato.cli.balancer import show_servers
from zato.cli.connection import Target, pass_target
from zato.cli.output import below, moment, show_json, show_table
from zato.core.errors import TimeLimitExceeded, Unavailable


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


@click.command("status")
@pass_target
def status(target: Target) -> None:
    """Servers, workers, revisions, and the reason for everything that is not well.

    Example: zato status
    """
    found = target.client().status()
    balancer = _balancer(target, found)
    if balancer is not None:
        found["balancer"] = balancer
    _edges(target, found)
    first = _first_administrator(target, found)
    if first is not None:
        found["first_administrator"] = first
    if target.as_json:
        show_json(found)
        return
    odb = found["odb"]
    click.echo(f"Zato {found['version']}, configuration at revision {found['applied_revision']}")
    click.echo(f"ODB: {'answers, at revision ' + str(odb['revision']) if odb['ok'] else odb['message']}")
    messages = found["messages"]
    kept = f", {messages['waiting']} messages waiting, {messages['dead']} dead letters" if messages is not None else ""
    click.echo(f"Broker: {found['broker']}{' (away)' if found['broker_problem'] else ''}{kept}")
    click.echo("")
    show_table(
        ("server", "host", "worker", "since", "last heard of", "revision"),
        (
            (
                f"server-{server['number']}",
                server["host"],
                worker["worker"],
                moment(worker["started"]),
                f"{worker['beat_age_seconds']:.0f} s ago",
                worker["applied_revision"],
            )
            for server in found["servers"]
            for worker in server["workers"]
        ),
    )
    click.echo("")
    if balancer is not None:
        show_servers(balancer["servers"])
        click.echo("")
    for edge in found.get("edges", ()):
        click.echo(f"server-{edge['server']}: lighttpd listens on {', '.join(edge['listens'])}")
    for problem in found["problems"]:
        click.echo(f"Problem: {below(problem)}")
    if found["ok"]:
        click.echo("All is well.")
    if first is not None:
        click.echo(
            f"To become the first administrator, until {moment(first['expires'])}: {first['command']}\n"
            f"  (the one-time token is in {first['token_file']})"
        )


def _balancer(target: Target, status: dict[str, Any]) -> dict[str, Any] | None:
    """What the agent of this machine's HAProxy says; what is not well with it is one of the problems."""
    if not target.has_balancer:
        return None
    try:
        state: dict[str, Any] | None = target.balancer().state()
    except (Unavailable, TimeLimitExceeded) as error:
        status["problems"].append(f"HAProxy's agent: {error.message}")
        state = None
    if state is not None:
        status["problems"] += [f"HAProxy: {problem}" for problem in state["problems"]]
    status["ok"] = not status["problems"]
    return state


def _edges(target: Target, status: dict[str, Any]) -> None:
    """What is not well with the lighttpds of this machine's servers, as far as those run, is one of the problems."""
    from zato.host.settings import load_cluster

    cluster = load_cluster(target.layout)
    if cluster.has_joined:  # the administrator's certificate is on another machine
        return
    here = target.layout.server_numbers(cluster.servers)
    for number in sorted(server["number"] for server in status["servers"] if server["workers"]):
        if number not in here:
            continue
        try:
            state = target.edge(number).state()
            problems = state["problems"]
            status.setdefault("edges", []).append({"server": number, "listens": state.get("listens", [])})
        except (Unavailable, TimeLimitExceeded) as error:
            problems = [f"its agent does not tell: {error.message}"]
        status["problems"] += [f"lighttpd of server-{number}: {problem}" for problem in problems]
    status["ok"] = not status["problems"]


def _first_administrator(target: Target, status: dict[str, Any]) -> dict[str, str] | None:
    """What is to be done while there is a token that can be used."""
    expires = status["first_token_expires"]
    if expires is None:
        return None
    return {"token_file": str(target.layout.first_token), "expires": expires, "command": "zato user first NAME"}


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
