"""Commands of this release where a process of the one before answers, as for a while during an upgrade."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from click.testing import CliRunner

from zato.cli import audit, edge, looking, status
from zato.cli.connection import Target

MOMENT = "2026-11-30T08:00:00+00:00"
STATUS = {
    "ok": True,
    "problems": [],
    "version": "4.0.0",
    "broker": "embedded",
    "broker_problem": None,
    "messages": {"waiting": 0, "dead": 0},
    "odb": {"ok": True, "revision": 7, "message": None},
    "applied_revision": 7,
    "servers": [],
    "deployments_in_progress": [],
    "first_token_expires": None,
}
ENTRY = {"at": MOMENT, "principal": "ann", "action": "update", "subject": "channel-rest:hello", "outcome": "ok"}
EDGE = {
    "version": "1.4.69",
    "server": "server-1",
    "running": True,
    "pid": 5,
    "since": MOMENT,
    "configuration": "c" * 64,
    "authorities": [],
    "certificate": None,
    "problems": [],
}


class Earlier(Target):
    """What answers here is of the release before."""

    def client(self) -> Any:
        return SimpleNamespace(status=lambda: dict(STATUS), audit_entries=lambda limit, **filters: iter([ENTRY]))

    def edge(self, number: int) -> Any:
        return SimpleNamespace(state=lambda: EDGE)


def said(command: Any, *arguments: str) -> str:
    done = CliRunner().invoke(command, arguments, obj=Earlier(Path("/nonexistent"), False), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_what_it_does_not_tell_is_not_shown() -> None:
    looks = dict(looking.LOOKS)
    looking.LOOKS.clear()  # there is nothing on this machine to look at
    try:
        assert said(status.status).endswith("All is well.\n")
    finally:
        looking.LOOKS.update(looks)
    assert "channel-rest:hello" in said(audit.command)
    assert "Listens on" not in said(edge.command, "status", "1")
