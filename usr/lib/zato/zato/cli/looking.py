"""What `zato status` sees on this machine. To add a look: a function, and its line at the end of this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from zato.cli.connection import Target
from zato.core.errors import TimeLimitExceeded, Unavailable, ZatoError
from zato.core.finding import Finding

Status = dict[str, Any]
Look = Callable[[Target, Status], Iterator[Finding]]
"""Yields what is not well; it may add to the status what else there is to show."""


def look_around(target: Target, status: Status) -> None:
    """Adds all that is found to the status; what cannot be looked at is not well either.

    Whoever is logged in from elsewhere has nothing of the cluster's to look at.
    """
    if target.login is not None:
        return
    for subject, look in LOOKS.items():
        try:
            found = list(look(target, status))
        except (ZatoError, OSError) as error:
            code = error.code if isinstance(error, ZatoError) else "not-looked-at"
            found = [Finding(f"{subject} could not be looked at: {error}", code, subject=subject)]
        status["findings"] = [*status.get("findings", ()), *map(asdict, found)]
        status["problems"] += [finding.message for finding in found]
    status["ok"] = status["ok"] and not status["problems"]


def _balancer(target: Target, status: Status) -> Iterator[Finding]:
    """What the agent of this machine's HAProxy says."""
    if not target.has_balancer:
        return
    try:
        state = target.balancer().state()
    except (Unavailable, TimeLimitExceeded) as error:
        yield Finding(f"HAProxy's agent: {error.message}", error.code, subject="balancer")
        return
    status["balancer"] = state
    for problem in state["problems"]:
        yield Finding(f"HAProxy: {problem}", "balancer", subject="balancer")


def _edges(target: Target, status: Status) -> Iterator[Finding]:
    """What is not well with the lighttpds of this machine's servers, as far as those run."""
    from zato.host.settings import load_cluster

    cluster = load_cluster(target.layout)
    if cluster.has_joined:  # the administrator's certificate is on another machine
        return
    here = target.layout.server_numbers(cluster.servers)
    for number in sorted(server["number"] for server in status["servers"] if server["workers"]):
        if number not in here:
            continue
        edge = f"lighttpd of server-{number}"
        try:
            state = target.edge(number).state()
        except (Unavailable, TimeLimitExceeded) as error:
            yield Finding(f"{edge}: its agent does not tell: {error.message}", error.code, subject=f"server-{number}")
            continue
        status.setdefault("edges", []).append({"server": number, "listens": state.get("listens", [])})
        for problem in state["problems"]:
            yield Finding(f"{edge}: {problem}", "edge", subject=f"server-{number}")


def _machine(target: Target, status: Status) -> Iterator[Finding]:
    """What keeps anything from working well here."""
    from zato.doctor import machine

    for found in (*machine.check_room(target.layout), *machine.check_memory()):
        yield Finding(f"{found.problem} See: {found.remedy}", "machine", subject="this machine")


LOOKS: dict[str, Look] = {
    "This machine": _machine,
    "The balancer": _balancer,
    "lighttpd": _edges,
}
