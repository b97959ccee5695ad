"""What HAProxy's agent answers, and does, for those who may ask."""

from __future__ import annotations

from typing import Any

import falcon
from msgspec import Struct

from zato.agent.api.application import Said, new_application
from zato.agent.haproxy.desired_state import DesiredServer
from zato.agent.haproxy.reconciler import HaproxyReconciler
from zato.agent.haproxy.running import RunningHaproxy, status_of
from zato.agent.managed.state import ProgramState
from zato.core.errors import Unavailable
from zato.host.layout import Layout
from zato.host.logs import get_logger


class ServerState(Struct, frozen=True, kw_only=True):
    """A server as the agent wants it and as HAProxy has it."""

    name: str
    address: str
    mode: str
    weight: int
    status: str | None
    """HAProxy's word: UP, DOWN, DRAIN, MAINT, NOLB; None where it does not know the server, or does not answer."""
    reason: str
    """What HAProxy's last health check has said; empty where the server is well."""
    sessions: int
    requests: int
    since_seconds: int | None


class HaproxyState(Struct, frozen=True, kw_only=True):
    """The balancer of one machine."""

    running: bool
    ok: bool
    problems: list[str]
    revision: int
    configuration: str
    since: str | None
    reloads: int
    algorithm: str
    at_limits: list[str]
    """What each source that has reached a limit has; that is no problem of the balancer's."""
    limited: dict[str, int]
    """How often each limit for one source has refused, ended or held up something since HAProxy's last reload."""
    servers: list[ServerState]


def application(layout: Layout, reconciler: HaproxyReconciler) -> falcon.App[Any, Any]:
    """The agent's application."""
    haproxy = RunningHaproxy.of(layout)
    log = get_logger("zato.agent.haproxy")
    return new_application(
        reconciler,
        lambda: state_of(reconciler, haproxy),
        Said(
            reload=lambda **who: log.info("A reload of HAProxy was asked for", **who),
            rollback=lambda **who: log.info("A roll-back of HAProxy was asked for", **who),
        ),
        {"/statistics": lambda: {"rows": haproxy.statistics()}},
    )


def state_of(reconciler: HaproxyReconciler, haproxy: RunningHaproxy) -> HaproxyState:
    """With what HAProxy says at this moment."""
    state = reconciler.state
    problems = [] if state.failure is None else [state.failure.reason]
    try:
        rows = status_of(haproxy.statistics())
        running = True
    except Unavailable as error:
        rows, running = {}, False
        problems = list(dict.fromkeys([*problems, error.message]))
    servers = [_shown(server, rows.get(f"server-{server.number}")) for server in reconciler.desired.servers]
    problems += [f"{server.name}: {server.reason}" for server in servers if server.reason and running]
    return HaproxyState(
        running=running,
        ok=not problems,
        problems=problems,
        revision=state.revision,
        configuration=state.configuration,
        since=_moment(state),
        reloads=state.reloads,
        algorithm=str(reconciler.desired.balancer.algorithm),
        at_limits=list(reconciler.at_limits),
        limited=reconciler.limited,
        servers=servers,
    )


def _moment(state: ProgramState) -> str | None:
    return None if state.since is None else state.since.isoformat()


def _shown(server: DesiredServer, row: dict[str, str] | None) -> ServerState:
    found = row or {}
    status = found.get("status")
    return ServerState(
        name=f"server-{server.number}",
        address=found.get("addr") or server.address,
        mode=str(server.mode),
        weight=server.weight,
        status=status,
        reason=_reason(server, found),
        sessions=int(found.get("scur", 0)),
        requests=int(found.get("stot", 0)),
        since_seconds=int(found["lastchg"]) if "lastchg" in found else None,
    )


def _reason(server: DesiredServer, row: dict[str, str]) -> str:
    if not server.address:
        return f"its host {server.host} has no address; see the item server-{server.number}."
    if not row:
        return "HAProxy does not know it yet."
    if row["status"].startswith(("UP", "DRAIN", "MAINT", "NOLB", "no check")):
        return ""
    words = [row.get("check_desc"), row.get("last_chk") and f"({row['last_chk']})"]
    return f"it is {row['status']} for HAProxy: {' '.join(word for word in words if word) or 'not checked yet'}."
