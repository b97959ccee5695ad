"""A server's machine, joining and the broker over the admin API."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.waiting import until
from zato.admin_api.this_machine import Machine
from zato.cluster.signing.signer import Signer
from zato.core.errors import ZatoError
from zato.host.git import GitRepository
from zato.host.layout import Layout


def test_certificates_are_told_with_the_files_that_are_none(world: Any) -> None:
    (world.pki / "broken.crt").write_text("none")
    found = world.call("GET", "/servers/1/certificates", user="viewer").json
    (authority,) = found["certificates"]
    assert (authority["name"], authority["due"], authority["subject"].startswith("CN=zato,")) == ("ca", False, True)
    (unusable,) = found["unusable"]
    assert unusable["name"] == "broken"
    assert "PEM" in unusable["reason"]


def test_changes_of_a_servers_own_settings_are_told(world: Any) -> None:
    directory = world.pki.parent / "server-1" / "config"
    directory.mkdir(parents=True)
    repository = GitRepository(directory)
    repository.create("Begun")
    at = datetime(2027, 1, 1, tzinfo=UTC)
    repository.commit({"server.toml": b"workers = 3\n"}, "More workers", author="jane", at=at, revision=7)
    changes = world.call("GET", "/servers/1/settings/history", user="viewer").json["changes"]
    assert [(each["change"], each["author"], each["revision"]) for each in changes] == [
        ("More workers", "jane", 7),
        ("Begun", "Zato", None),
    ]
    assert len(world.call("GET", "/servers/server-1/settings/history?limit=1").json["changes"]) == 1
    query = f"?from={changes[1]['commit']}"
    assert "+workers = 3" in world.call("GET", f"/servers/1/settings/diff{query}").json["diff"]
    assert world.call("GET", f"/servers/1/settings/diff{query}", user="operator").status_code == 403
    for wrong in ("?from=--output=x", "?from=HEAD", ""):
        assert world.call("GET", f"/servers/1/settings/diff{wrong}").status_code == 400


def test_a_commit_or_a_history_that_is_not_there_is_not_found(world: Any) -> None:
    for path in ("settings/history", "settings/diff?from=abcd"):
        refused = world.call("GET", f"/servers/1/{path}")
        assert (refused.status_code, refused.json["error"]["code"]) == (404, "no-history")
    directory = world.pki.parent / "server-1" / "config"
    directory.mkdir(parents=True)
    GitRepository(directory).create("Begun")
    refused = world.call("GET", "/servers/1/settings/diff?from=abcd")
    assert (refused.status_code, refused.json["error"]["code"]) == (404, "no-such-commit")


def test_so_many_processes_of_git_at_a_time_however_many_ask(tmp_path: Path) -> None:
    """Whoever may read may ask, and each answer takes a process."""
    layout = Layout(tmp_path)
    config = layout.server(1).config
    config.mkdir(parents=True)
    GitRepository(config).create("Begun")
    head = config / ".git" / "HEAD"
    head.unlink()
    os.mkfifo(head)  # git waits until somebody writes there
    machine = Machine(layout, git_wait_seconds=0.1)
    with ThreadPoolExecutor(12) as clients:
        asked = [clients.submit(machine.commits, 1, 1) for _ in range(12)]
        until(lambda: sum(each.done() for each in asked) == 10)
        while not all(each.done() for each in asked):
            with suppress(OSError):
                os.close(os.open(head, os.O_WRONLY | os.O_NONBLOCK))
    codes = [error.code for each in asked if isinstance(error := each.exception(), ZatoError)]
    assert sorted(codes) == ["git-busy"] * 10 + ["git-failed"] * 2


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "certificates"), ("GET", "settings/history"), ("POST", "doctor"), ("GET", "log")]
)
def test_another_machines_server_is_not_answered_for(world: Any, method: str, path: str) -> None:
    world.members.register_server(3, "elsewhere", "1.2.3", world.clock.now())
    refused = world.call(method, f"/servers/3/{path}")
    assert (refused.status_code, refused.json["error"]["code"]) == (503, "another-server")
    assert "elsewhere" in refused.json["error"]["message"]
    assert world.call(method, f"/servers/4/{path}").json["error"]["code"] == "no-such-server"


def test_the_doctor_is_an_operators(world: Any) -> None:
    for user in ("viewer", "deployer", "nothing"):
        assert world.call("POST", "/servers/1/doctor", user=user).status_code == 403


def test_tokens_of_machines_that_join_are_listed_and_cancelled_by_an_administrator(world: Any) -> None:
    signer = Signer(world.pki, world.clock)
    made = signer.new_token(taken={1}, life=timedelta(minutes=30), balancer=("127.0.0.1",))
    found = world.call("GET", "/joining")
    (token,) = found.json["tokens"]
    assert (token["id"], token["server"], token["replaces"]) == (made.registered.id, 2, False)
    assert made.registered.digest not in found.text
    for user in ("viewer", "operator", "deployer"):
        assert world.call("GET", "/joining", user=user).status_code == 403
        assert world.call("DELETE", f"/joining/tokens/{token['id']}", user=user).status_code == 403
    assert world.call("DELETE", f"/joining/tokens/{token['id']}").json == token
    assert world.call("GET", "/joining").json == {"tokens": [], "servers": []}
    assert world.call("DELETE", f"/joining/tokens/{token['id']}").status_code == 404
    entries = world.call("GET", "/audit?action=cancel-joining-token").json["entries"]
    assert ("admin", f"token:{token['id']}", "ok") in {
        (entry["principal"], entry["subject"], entry["outcome"]) for entry in entries
    }


def test_the_broker_is_told_with_what_it_keeps(world: Any) -> None:
    world.call("POST", "/services/demo.echo/invoke-async", {"a": 1})
    assert world.call("GET", "/broker", user="viewer").json == {
        "kind": "embedded",
        "address": None,
        "problem": None,
        "messages": {"waiting": 1, "dead": 0},
        "in_rabbitmq": None,
        "held": False,
    }
