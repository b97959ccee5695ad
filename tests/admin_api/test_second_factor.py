"""One's own password, and second factors, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from falcon.testing import Result

from support.passwords import WRONG
from zato.core.errors import Unavailable
from zato.odb.second_factors import SecondFactors
from zato.security.second_factor import ATTEMPTS_MAX, SecondFactor
from zato.security.totp import code_at

NEW = {"client": "zato login"}


def by(world: Any, token: str, method: str, path: str, body: Any = None) -> Result:
    answer: Result = world.call(method, path, body, user=None, headers={"Authorization": f"Bearer {token}"})
    return answer


def code_of(answer: Result) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]


def opened(world: Any, user: str = "operator", **body: Any) -> Result:
    answer: Result = world.call("POST", "/sessions", {**NEW, **body}, user=user)
    return answer


class Enrolled:
    """A user with a second factor, and the application that has its secret."""

    def __init__(self, world: Any, user: str = "operator") -> None:
        self.world, self.user = world, user
        begun = world.call("POST", "/totp", {"password": "any"}, user=user)
        assert begun.status_code == 201, begun.text
        self.secret, self.uri = begun.json["secret"], begun.json["uri"]
        confirmed = world.call("POST", "/totp/confirm", {"code": self.code()}, user=user)
        assert confirmed.status_code == 200, confirmed.text
        self.recovery_codes = confirmed.json["recovery_codes"]
        world.clock.advance(30)  # the code that has confirmed it is used up

    def code(self) -> str:
        return code_at(self.secret, self.world.clock.now())


def test_a_code_is_demanded_once_it_was_confirmed(world: Any) -> None:
    before = opened(world).json["token"]
    begun = world.call("POST", "/totp", {"password": "any"}, user="operator").json
    assert begun["uri"].startswith("otpauth://totp/Zato%20test:operator?")
    assert opened(world).status_code == 201  # it is not confirmed yet
    assert code_of(world.call("POST", "/totp/confirm", {"code": "000000"}, user="operator")) == (401, "totp-wrong")
    enrolled = Enrolled(world)
    assert len(set(enrolled.recovery_codes)) == 10
    assert by(world, before, "GET", "/whoami").status_code == 401  # opened without one
    assert code_of(opened(world)) == (403, "totp-needed")
    assert code_of(opened(world, code="123456")) == (401, "totp-wrong")
    session = opened(world, code=enrolled.code())
    assert session.status_code == 201
    state = by(world, session.json["token"], "GET", "/totp").json
    assert (state["demanded"], state["recovery_codes"]) == (True, 10)
    assert opened(world, "viewer").status_code == 201
    text = world.call("GET", "/audit?limit=1000").text + world.call("GET", "/export").text
    assert not {enrolled.secret, *enrolled.recovery_codes} & set(text.replace('"', " ").split())


def test_the_session_that_has_confirmed_goes_on(world: Any) -> None:
    mine, other = opened(world).json["token"], opened(world).json["token"]
    secret = by(world, mine, "POST", "/totp", {"password": "any"}).json["secret"]
    code = code_at(secret, world.clock.now())
    assert by(world, mine, "POST", "/totp/confirm", {"code": code}).status_code == 200
    assert by(world, mine, "GET", "/whoami").status_code == 200
    assert by(world, other, "GET", "/whoami").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/status"), ("GET", "/whoami"), ("POST", "/services/demo.echo/invoke")]
)
def test_the_password_alone_does_nothing_in_the_admin_api(world: Any, method: str, path: str) -> None:
    Enrolled(world)
    body: dict[str, object] | None = {} if method == "POST" else None
    assert code_of(world.call(method, path, body, user="operator")) == (403, "totp-needed")
    assert code_of(world.call("POST", "/totp", {"password": "any"}, user="operator")) == (403, "totp-needed")
    assert code_of(world.call("POST", "/password", {"old": "any", "new": "12345678"}, user="operator")) == (
        403,
        "totp-needed",
    )


def test_no_code_is_taken_twice_nor_one_of_before(world: Any) -> None:
    enrolled = Enrolled(world)
    earlier = enrolled.code()
    world.clock.advance(30)
    code = enrolled.code()
    assert opened(world, code=code).status_code == 201
    for again in (code, earlier):
        assert code_of(opened(world, code=again)) == (401, "totp-wrong")
    world.clock.advance(30)
    assert opened(world, code=f" {enrolled.code()[:3]} {enrolled.code()[3:]} ").status_code == 201
    world.clock.advance(120)
    late = enrolled.code()
    world.clock.advance(61)
    assert code_of(opened(world, code=late)) == (401, "totp-wrong")


def test_a_recovery_code_works_once(world: Any) -> None:
    enrolled = Enrolled(world)
    code = enrolled.recovery_codes[3]
    assert opened(world, code=code.upper()).status_code == 201
    assert code_of(opened(world, code=code)) == (401, "totp-wrong")
    assert opened(world, code=enrolled.recovery_codes[4].replace("-", "")).status_code == 201
    assert world.call("GET", "/audit?action=use-totp-recovery").json["entries"][0]["principal"] == "operator"


def test_codes_cannot_be_guessed_by_whoever_has_the_password(world: Any) -> None:
    enrolled = Enrolled(world)
    for _ in range(ATTEMPTS_MAX):
        assert code_of(opened(world, code="000000")) == (401, "totp-wrong")
    refused = opened(world, code=enrolled.code())
    assert code_of(refused) == (429, "too-many-wrong-codes")
    assert int(refused.headers["retry-after"]) == 300
    world.clock.advance(301)
    assert code_of(opened(world, code="000000")) == (401, "totp-wrong")
    assert opened(world, code=enrolled.code()).status_code == 429
    world.clock.advance(301)
    assert opened(world, code=enrolled.code()).status_code == 201
    world.clock.advance(30)
    assert opened(world, code=enrolled.code()).status_code == 201  # a right one ends it


def test_it_is_disabled_by_its_owner_with_a_code_or_by_an_administrator(world: Any) -> None:
    enrolled = Enrolled(world)
    token = opened(world, code=enrolled.code()).json["token"]
    world.clock.advance(30)
    disable = "/totp/disable"
    assert by(world, token, "POST", disable, {"password": "any", "code": "000000"}).status_code == 401
    assert by(world, token, "POST", disable, {"password": WRONG, "code": enrolled.code()}).status_code == 401
    assert by(world, token, "POST", disable, {"password": "any", "code": enrolled.code()}).json["demanded"] is False
    assert by(world, token, "GET", "/whoami").status_code == 401
    assert opened(world).status_code == 201

    Enrolled(world)
    for user in ("viewer", "deployer"):
        assert world.call("DELETE", "/users/operator/totp", user=user).status_code == 403
    assert world.call("DELETE", "/users/operator/totp").json["demanded"] is False
    assert world.call("DELETE", "/users/operator/totp").status_code == 404
    assert opened(world).status_code == 201


def test_neither_a_roll_back_nor_an_import_nor_deleting_the_user_takes_it_away(world: Any) -> None:
    before = world.log.revision()
    document = world.call("GET", "/export").text
    Enrolled(world)
    item = world.call("GET", "/items/security-basic/operator").json
    world.call("DELETE", f"/items/security-basic/operator?revision={item['revision']}")
    assert world.call("POST", "/rollback", {"revision": before, "with_security": True}).status_code == 200
    world.refresh()
    assert code_of(opened(world)) == (403, "totp-needed")
    imported = world.call("POST", "/import?mode=replace", raw=document.encode(), content_type="application/yaml")
    assert imported.status_code == 200, imported.text
    world.refresh()
    assert code_of(opened(world)) == (403, "totp-needed")


def test_it_is_not_replaced_by_another_one(world: Any) -> None:
    enrolled = Enrolled(world)
    token = opened(world, code=enrolled.code()).json["token"]
    assert code_of(by(world, token, "POST", "/totp", {"password": "any"})) == (409, "totp-there")
    assert code_of(by(world, token, "POST", "/totp/confirm", {"code": enrolled.code()})) == (404, "totp-not-begun")


def test_channels_take_the_password_as_before_and_processes_act_for_their_users(world: Any) -> None:
    Enrolled(world)
    assert world.worker.current().security.check(["operator"], basic_environ("operator")).name == "operator"


def basic_environ(user: str) -> dict[str, str]:
    from support.passwords import basic

    return {"HTTP_AUTHORIZATION": basic(user, "any")["Authorization"], "HTTP_X_ZATO_PEER": "127.0.0.1"}


class AwayOrNot(SecondFactors):
    away = False

    def confirmed(self) -> frozenset[str]:
        if self.away:
            raise Unavailable("The ODB is away.")
        return super().confirmed()


def test_while_the_odb_is_away_it_is_as_it_was_just_before(world: Any) -> None:
    Enrolled(world)
    factors = AwayOrNot(world.database)
    world.second_factor = SecondFactor(factors, world.box, world.clock, "Zato")
    world.serve()
    factors.away = True
    assert world.call("GET", "/whoami", user="viewer").status_code == 503  # nothing was ever known
    factors.away = False
    world.second_factor.keep_known()
    factors.away = True
    assert world.call("GET", "/whoami", user="viewer").status_code == 200
    assert code_of(world.call("GET", "/whoami", user="operator")) == (403, "totp-needed")


def test_everybody_changes_their_own_password_with_the_old_one(world: Any) -> None:
    change = {"old": "any", "new": "another password"}
    token = opened(world).json["token"]
    assert code_of(by(world, token, "POST", "/password", {**change, "old": WRONG})) == (401, "unauthorized")
    done = by(world, token, "POST", "/password", change)
    assert (done.status_code, done.json["principal"]) == (200, "operator")
    assert by(world, token, "GET", "/whoami").status_code == 401
    (entry, failed) = world.call("GET", "/audit?principal=operator&subject=security-basic:operator").json["entries"]
    assert (entry["action"], entry["outcome"], entry["through"]) == ("update", "ok", "session zato login")
    assert (failed["action"], failed["outcome"]) == ("change-own-password", "unauthorized")
    assert "another password" not in world.call("GET", "/audit?limit=1000").text
    item = world.publisher.get("security-basic", "operator").value
    assert item.roles == ("operator",)
    assert world.call("POST", "/password", change, user="nothing").status_code == 200  # whatever the roles
    for wrong in ("short", "any", "x" * 73, "a\0b" * 3):
        assert world.call("POST", "/password", {**change, "new": wrong}, user="viewer").status_code == 400


def test_who_has_no_password_changes_none(world: Any) -> None:
    world.call(
        "POST", "/items/security-tls", {"name": "certificate", "value": {"subject": "CN=jane", "roles": ["viewer"]}}
    )
    world.refresh()
    tls = {"X-Zato-TLS-Client": "0" * 64, "X-Zato-TLS-Subject": "CN=jane"}
    for path, body in (("/password", {"old": "any", "new": "12345678"}), ("/totp", {"password": "any"})):
        assert world.call("POST", path, body, user=None, headers=tls).status_code == 403
