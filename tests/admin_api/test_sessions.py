"""Sessions over HTTP: a password once, then a token that stands for no more and no longer than it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from falcon.testing import Result

from zato.core.errors import Unavailable
from zato.odb.sessions import EACH_MAX

NEW = {"client": "zato login"}
CHANNEL = {"name": "echo", "value": {"service": "demo.echo", "path": "/echo"}}


def opened(world: Any, user: str = "operator", **body: Any) -> Any:
    answer = world.call("POST", "/sessions", {**NEW, **body}, user=user)
    assert answer.status_code == 201, answer.text
    return answer.json


def by(world: Any, token: str, method: str = "GET", path: str = "/whoami", body: Any = None, **options: Any) -> Result:
    headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
    answer: Result = world.call(method, path, body, user=None, headers=headers, **options)
    return answer


def refused(answer: Result) -> bool:
    return (answer.status_code, answer.json["error"]["code"]) == (401, "unauthorized")


def test_a_token_stands_for_who_has_opened_the_session_and_nobody_else(world: Any) -> None:
    session = opened(world)
    assert re.fullmatch(r"zato\.[0-9a-f]{32}\.[A-Za-z0-9_-]{43}", session["token"])
    whoami = by(world, session["token"]).json
    assert (whoami["name"], whoami["authentication"], whoami["roles"]) == ("operator", "session", ["operator"])
    assert by(world, session["token"], "POST", "/items/channel-rest", CHANNEL).status_code == 201
    assert by(world, session["token"], "POST", "/import", raw=b"{}", content_type="application/yaml").status_code == 403
    (entry,) = world.call("GET", "/audit?subject=channel-rest:echo").json["entries"]
    assert (entry["principal"], entry["through"]) == ("operator", "session zato login")
    assert session["token"] not in world.call("GET", "/audit?limit=1000").text
    # No certificate beside it adds anything
    value = {"subject": "CN=admin", "roles": ["admin"]}
    world.call("POST", "/items/security-tls", {"name": "certificate", "value": value})
    tls = {"X-Zato-TLS-Client": "0" * 64, "X-Zato-TLS-Subject": "CN=admin"}
    world.refresh()
    assert world.call("POST", "/first-token", {}, user=None, headers=tls).status_code != 403
    assert by(world, session["token"], "POST", "/first-token", {}, headers=tls).status_code == 403


def test_only_a_user_name_and_password_open_one(world: Any) -> None:
    token = opened(world)["token"]
    assert refused(by(world, token, "POST", "/sessions", NEW))
    value = {"subject": "CN=admin", "roles": ["admin"]}
    world.call("POST", "/items/security-tls", {"name": "certificate", "value": value})
    world.refresh()
    tls = {"X-Zato-TLS-Client": "0" * 64, "X-Zato-TLS-Subject": "CN=admin"}
    assert refused(world.call("POST", "/sessions", NEW, user=None, headers=tls))
    assert refused(world.call("POST", "/sessions", NEW, user=None))
    # The console has a certificate of its own beside the person's password
    both = world.call("POST", "/sessions", NEW, user="viewer", headers=tls)
    assert both.json["session"]["principal"] == "viewer"
    assert world.call("POST", "/sessions", NEW, user="nothing").status_code == 403
    for body in ({}, {"client": ""}, {"client": "a\nb"}, {**NEW, "seconds": 1}, {**NEW, "seconds": 10**9}):
        assert world.call("POST", "/sessions", body).status_code == 400


WRONG: dict[str, Callable[[str], str]] = {
    "another secret": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another session": lambda token: token.replace(".", "." + "0" * 32 + ".", 1).rpartition(".")[0][:37] + token[37:],
    "cut": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "without a name": lambda token: token.rpartition(".")[2],
    "nothing": lambda token: "",
    "of another kind": lambda token: "eyJhbGciOiJub25lIn0.e30.",
    "not ASCII": lambda token: token[:-1] + "\xe4",
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_no_other_token_is_taken(world: Any, change: Callable[[str], str]) -> None:
    token = opened(world, "admin")["token"]
    assert refused(by(world, change(token)))
    assert by(world, token).status_code == 200


def test_it_ends_with_its_time_and_when_it_is_not_used(world: Any) -> None:
    tokens = [opened(world, seconds=3600, idle_seconds=600)["token"] for _ in range(2)]
    for _ in range(5):
        world.clock.advance(500)
        assert by(world, tokens[0]).status_code == 200
    assert refused(by(world, tokens[1]))
    assert [one["id"] for one in by(world, tokens[0], path="/sessions").json["sessions"]] == [tokens[0].split(".")[1]]
    world.clock.advance(1200 - 1)
    assert refused(by(world, tokens[0]))
    until = world.clock.now() + timedelta(minutes=10)
    value = world.call("GET", "/items/security-basic/operator").json
    changed = {**value["value"], "expires": until.isoformat()}
    world.call("PUT", "/items/security-basic/operator", {"value": changed, "revision": value["revision"]})
    world.refresh()
    session = opened(world)["session"]
    assert session["expires"] == until.isoformat().replace("+00:00", "Z")


CHANGES: dict[str, dict[str, Any] | None] = {
    "another password": {"password": "another long password"},
    "the same password": {"password": "any other password"},
    "a role less": {"roles": []},
    "a role more": {"roles": ["operator", "viewer"]},
    "switched off": {"active": False},
    "another user name": {"username": "other", "password": "another long password"},
    "deleted": None,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_ends_at_once_with_any_change_of_its_user_and_does_not_come_back(
    world: Any, change: dict[str, Any] | None
) -> None:
    token, others = opened(world)["token"], opened(world, "admin")["token"]
    before = world.log.revision()
    item = world.call("GET", "/items/security-basic/operator").json
    path = "/items/security-basic/operator"
    if change is None:
        world.call("DELETE", f"{path}?revision={item['revision']}")
    else:
        body = {"value": {**item["value"], **change}, "revision": item["revision"]}
        assert world.call("PUT", path, body).status_code == 200
    # No worker has to know of the change for that
    assert refused(by(world, token))
    assert by(world, others).status_code == 200
    back = world.call("POST", f"{path}/rollback", {"revision": before, "with_security": True})
    assert back.status_code == 200, back.text
    world.refresh()
    assert refused(by(world, token))
    assert opened(world)["session"]["principal"] == "operator"


def test_they_are_listed_and_ended_by_their_owner_and_by_an_administrator(world: Any) -> None:
    mine, other = opened(world), opened(world, "viewer", client="console")
    admins = opened(world, "admin")["token"]
    (seen,) = by(world, mine["token"], path="/sessions").json["sessions"]
    assert seen == {**mine["session"], "current": True}
    assert by(world, mine["token"], path="/sessions?principal=viewer").status_code == 403
    assert by(world, mine["token"], path="/sessions?everybodys=true").status_code == 403
    everybodys = by(world, admins, path="/sessions?everybodys=true").json["sessions"]
    assert {one["principal"] for one in everybodys} == {"operator", "viewer", "admin"}
    (viewers,) = by(world, admins, path="/sessions?principal=viewer").json["sessions"]
    assert (viewers["client"], "token" in viewers) == ("console", False)
    assert by(world, mine["token"], "DELETE", f"/sessions/{viewers['id']}").status_code == 404
    assert by(world, other["token"]).status_code == 200
    assert by(world, admins, "DELETE", f"/sessions/{viewers['id']}").status_code == 200
    assert refused(by(world, other["token"]))
    assert by(world, admins, "DELETE", f"/sessions/{viewers['id']}").status_code == 404
    assert by(world, mine["token"], "DELETE", "/sessions/current").json == {"id": mine["session"]["id"]}
    assert refused(by(world, mine["token"]))
    assert world.call("DELETE", "/sessions/current").status_code == 404
    ended = world.call("GET", "/audit?action=end-session").json["entries"]
    assert [(one["principal"], one["subject"]) for one in ended] == [
        ("operator", f"session:{mine['session']['id']}"),
        ("admin", f"session:{viewers['id']}"),
    ]


def test_a_user_has_so_many_and_those_that_are_over_are_forgotten(world: Any) -> None:
    first = opened(world, seconds=60)["token"]
    world.clock.advance(61)
    tokens = [opened(world)["token"] for _ in range(EACH_MAX)]
    assert len(world.sessions.all()) == EACH_MAX
    assert refused(by(world, first))
    world.clock.advance(100)
    assert by(world, tokens[0]).status_code == 200
    opened(world)
    assert len(world.sessions.all()) == EACH_MAX
    assert by(world, tokens[0]).status_code == 200


def test_guesses_are_refused_before_they_are_looked_up(world: Any) -> None:
    world.call("POST", "/items/balancer", {"name": "balancer", "value": {"wrong_passwords_max": 20}})
    world.refresh()
    token = opened(world)["token"]
    guess = WRONG["another secret"](token)
    here, there = {"X-Zato-Peer": "127.0.0.2"}, {"X-Zato-Peer": "127.0.0.3"}
    statuses = [by(world, guess, headers=here).status_code for _ in range(25)]
    assert set(statuses) == {401, 429}
    assert statuses == [401] * 20 + [429] * 5
    assert by(world, token, headers=here).status_code == 429
    assert by(world, token, headers=there).status_code == 200
    world.clock.advance(11)
    assert by(world, token, headers=here).status_code == 200


def test_nobody_is_believed_while_the_odb_cannot_say_that_the_session_goes_on(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = opened(world)["token"]

    def away(session_id: str) -> None:
        raise Unavailable("The ODB is away.")

    monkeypatch.setattr(world.sessions, "find", away)
    assert by(world, token).status_code == 503


def test_the_odb_keeps_no_token(world: Any) -> None:
    token = opened(world)["token"]
    secret = token.rpartition(".")[2].encode()
    for path in world.pki.parent.glob("odb.sqlite*"):
        assert secret not in path.read_bytes()
