"""How somebody becomes the first administrator, over the admin API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import exc

from zato.odb.database import Database
from zato.odb.failures import translate

DAY = 86400


def new_token(world: Any, **body: Any) -> str:
    result = world.call("POST", "/first-token", body)
    assert result.status_code == 201, result.text
    return str(result.json["token"])


def become(world: Any, token: str, name: str = "jane", **changed: Any) -> Any:
    body = {"token": token, "name": name, "password": "a long password", **changed}
    return world.call("POST", "/first-administrator", body, user=None)


def admins(world: Any) -> set[str]:
    return {item.name for item in world.publisher.list("security-basic") if "admin" in item.value.roles}


def test_the_holder_of_the_token_becomes_an_administrator_once(world: Any) -> None:
    token = new_token(world)
    made = become(world, token)
    assert (made.status_code, made.json["name"], made.json["value"]["roles"]) == (201, "jane", ["admin"])
    assert "a long password" not in made.text
    assert token not in made.text
    world.refresh()
    assert world.call("GET", "/whoami", user="jane").json["roles"] == ["admin"]
    again = become(world, token, "john")
    assert (again.status_code, again.json["error"]["code"]) == (401, "unauthorized")
    assert admins(world) == {"admin", "jane"}
    entry = next(one for one in world.call("GET", "/audit").json["entries"] if one["subject"] == "security-basic:jane")
    assert (entry["principal"], entry["outcome"]) == ("first-token", "ok")


def test_whatever_is_wrong_with_a_token_is_answered_in_the_same_words(world: Any) -> None:
    answers = [become(world, "x" * 43)]
    old = new_token(world)
    new = new_token(world)
    answers += [become(world, token) for token in (old, "", new[:-1], new + "x", "\u00e9", "0" * 64)]
    # What exists, and what is valid, is not told to those who have no token either
    answers += [become(world, old, "admin"), become(world, old, "no such: name"), become(world, old, password="x")]
    world.clock.advance(DAY)
    answers.append(become(world, new))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json["error"]["message"] for answer in answers}) == 1
    assert "zato user first-token" in answers[0].json["error"]["message"]
    assert admins(world) == {"admin"}


def test_it_is_valid_until_it_expires(world: Any) -> None:
    token = new_token(world, seconds=60)
    assert world.call("GET", "/status").json["first_token_expires"].startswith("2027-01-01T00:01:00")
    world.clock.advance(59)
    assert world.call("GET", "/status").json["first_token_expires"] is not None
    world.clock.advance(1)
    assert world.call("GET", "/status").json["first_token_expires"] is None
    assert become(world, token).status_code == 401


def test_a_name_or_password_that_cannot_be_used_leaves_the_token_as_it_was(world: Any) -> None:
    token = new_token(world)
    assert become(world, token, password="short").status_code == 400
    assert become(world, token, "admin").status_code == 409
    assert become(world, token, "first-token").status_code == 400
    assert become(world, token).status_code == 201


def test_of_many_who_have_the_token_at_the_same_time_one_becomes_an_administrator(world: Any) -> None:
    token = new_token(world)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: become(world, token, f"jane-{number}"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[401] * 7]
    assert len(admins(world)) == 2


@pytest.mark.parametrize("user", ["viewer", "operator", "deployer", None])
def test_only_an_administrator_makes_a_token(world: Any, user: str | None) -> None:
    result = world.call("POST", "/first-token", {}, user=user)
    assert result.status_code == (401 if user is None else 403)
    assert become(world, "x" * 43).status_code == 401


def test_another_sites_page_cannot_use_a_token_and_strangers_do_not_fill_the_audit_log(world: Any) -> None:
    token = new_token(world)
    before = len(world.audit.entries(limit=1000))
    body = {"token": token, "name": "jane", "password": "a long password"}
    result = world.call("POST", "/first-administrator", body, user=None, headers={"Sec-Fetch-Site": "cross-site"})
    assert result.status_code == 403
    assert become(world, "x").status_code == 401
    assert len(world.audit.entries(limit=1000)) == before


def test_with_the_odb_away_strangers_are_not_told_where_it_is(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may send this request."""
    lost = exc.OperationalError("SELECT 1", {}, Exception("connection refused"))
    error = translate(lost, "postgresql+psycopg2://zato@10.1.2.3/secret_db", "postgresql")

    def away(self: Database) -> Any:
        raise error

    monkeypatch.setattr(Database, "read", away)
    monkeypatch.setattr(Database, "write", away)
    stranger = become(world, "0" * 32)
    assert (stranger.status_code, stranger.json["error"]["code"]) == (503, "odb-unavailable")
    assert "10.1.2.3" not in stranger.text and "secret_db" not in stranger.text and "psycopg2" not in stranger.text
    administrator = world.call("POST", "/first-token", {"seconds": 60})
    assert "10.1.2.3" in administrator.json["error"]["message"]
