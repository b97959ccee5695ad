"""Machines that join the cluster and leave it, over the admin API."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from zato.cluster.signing.client import SigningClient
from zato.cluster.signing.requests import KeyPairs, new_key_pairs, sign
from zato.cluster.signing.statement import Purpose, Statement, written
from zato.config.writer import Author
from zato.core.errors import NotFound
from zato.core.own_principals import ENROLMENT

BY = Author("test", "cid-of-the-test")
HOSTS = ["10.0.0.2", "second.example.com"]


def requests_of(pairs: KeyPairs) -> dict[str, str]:
    return {part.value: text for part, text in pairs.requests.items()}


def enrolment(world: Any, token: bytes, pairs: KeyPairs | None = None, **changed: Any) -> Any:
    body = {
        "secret": base64.urlsafe_b64encode(token).decode(),
        "version": "1.2.3",
        "hosts": HOSTS,
        "requests": requests_of(pairs or new_key_pairs()),
        **changed,
    }
    return world.call("POST", "/enrol", body, user=None)


def signed(world: Any, found: Any, pairs: KeyPairs, purpose: Purpose, **requests: Any) -> dict[str, str]:
    statement = written(Statement(purpose=purpose, at=world.clock.now(), **requests))
    key = next(key for part, key in pairs.keys.items() if part.value == "server")
    leaf = found.json["certificates"]["server"].split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    signature = base64.urlsafe_b64encode(sign(key, statement.encode())).decode()
    return {"certificate": leaf, "statement": statement, "signature": signature}


def test_a_token_gets_a_machine_all_that_it_needs_once(world: Any) -> None:
    token = world.signer.new_token(taken={1})
    found = enrolment(world, token.secret)
    assert found.status_code == 201, found.text
    assert (found.json["server"], set(found.json["certificates"])) == (2, {"lighttpd", "lighttpd-agent", "server"})
    assert base64.b64decode(found.json["secret_key"]) == b"k" * 32
    assert found.json["settings"]["odb"] == world.odb
    assert not {"hosts", "bind", "servers"} & set(found.json["settings"])
    assert found.json["authority"] == (world.pki / "ca.crt").read_text()
    item = world.publisher.get("server", "server-2")
    assert item.value.host == "10.0.0.2"
    entry = next(one for one in world.call("GET", "/audit").json["entries"] if one["subject"] == "server:server-2")
    assert (entry["principal"], entry["outcome"]) == (ENROLMENT, "ok")
    again = enrolment(world, token.secret)
    assert (again.status_code, again.json["error"]["code"]) == (401, "unauthorized")
    assert "certificates" not in again.text


def test_nothing_is_told_without_a_token_and_nothing_spent_by_what_is_refused(world: Any) -> None:
    token = world.signer.new_token(taken={1})
    for changed, status in (
        ({"secret": "AAAA"}, 401),
        ({"secret": "not base64"}, 400),
        ({"version": "9.9.9"}, 409),
        ({"hosts": []}, 400),
        ({"hosts": ["localhost"]}, 400),
        ({"requests": {}}, 400),
        ({"requests": {"server": "x" * 5000}}, 400),
        ({"extra": 1}, 400),
    ):
        refused = enrolment(world, token.secret, **changed)
        assert (refused.status_code, "secret_key" in refused.text) == (status, False), refused.text
    assert enrolment(world, token.secret, pairs=new_key_pairs()).status_code == 201


def test_with_an_odb_that_no_other_machine_can_use_nobody_joins(world: Any) -> None:
    for url, word in (
        ("sqlite:////var/lib/zato/odb.sqlite", "zato odb move"),
        ("postgresql+psycopg2://zato@localhost/zato", "localhost"),
        ("mysql+pymysql://zato@127.0.0.1/zato", "127.0.0.1"),
        ("postgresql+psycopg2://zato@/zato?host=a&host=/run/postgresql", "/run/postgresql"),
    ):
        world.odb = url
        world.serve()
        token = world.signer.new_token(taken={1})
        refused = enrolment(world, token.secret)
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "odb-not-shared")
        assert word in refused.json["error"]["message"]
        world.signer.cancel_token(token.registered.id)  # was not spent


def test_the_databases_ca_is_brought_to_a_machine_that_joins_whichever_setting_names_it(
    world: Any, tmp_path: Path
) -> None:
    ca = tmp_path / "db-ca.crt"
    ca.write_text("the database's CA", encoding="ascii")
    url = world.odb
    for odb, odb_ca, brought in (
        (url, str(ca), "the database's CA"),
        (f"{url}?sslrootcert={ca}", "", "the database's CA"),
        (url, str(world.pki / "ca.crt"), None),  # the cluster's own is there anyway
        (url, "", None),
    ):
        world.odb, world.odb_ca = odb, odb_ca
        world.serve()
        found = enrolment(world, world.signer.new_token(taken={1}, replaces=2).secret)
        assert (found.status_code, found.json["odb_authority"]) == (201, brought), found.text


def test_a_machine_without_the_signer_says_so_and_changes_nothing(world: Any) -> None:
    world.signer = SigningClient(world.pki / "sign.sock", world.pki / "nowhere.key")
    world.serve()
    refused = enrolment(world, b"x" * 32)
    assert (refused.status_code, refused.json["error"]["code"]) == (503, "no-signer")
    assert refused.headers["Retry-After"] == "1"
    world.members.register_server(2, "second", "1.2.3", world.clock.now())
    refused = world.call("DELETE", "/servers/2")
    assert (refused.status_code, refused.json["error"]["code"]) == (503, "no-signer")
    assert len(world.members.servers()) == 1


def test_a_server_renews_and_leaves_by_its_own_signature(world: Any) -> None:
    pairs, new = new_key_pairs(), new_key_pairs()
    found = enrolment(world, world.signer.new_token(taken={1}).secret, pairs)
    world.members.register_server(2, "second", "1.2.3", world.clock.now())
    body = signed(world, found, pairs, Purpose.RENEW, requests=requests_of(new))
    renewed = world.call("POST", "/enrol/renew", body, user=None)
    assert (renewed.status_code, renewed.json["server"]) == (200, 2)
    for changed in ({"signature": body["signature"][:-8] + "AAAAAAAA"}, {"statement": body["statement"] + " "}):
        assert world.call("POST", "/enrol/renew", {**body, **changed}, user=None).status_code == 401
    assert world.call("POST", "/enrol/leave", body, user=None).status_code == 401
    left = world.call("POST", "/enrol/leave", signed(world, renewed, new, Purpose.LEAVE), user=None)
    assert (left.status_code, left.json) == (200, {"server": 2})
    with pytest.raises(NotFound):
        world.publisher.get("server", "server-2")
    assert world.members.servers() == []
    assert world.call("POST", "/enrol/renew", signed(world, found, pairs, Purpose.RENEW), user=None).status_code == 401


def test_leaving_goes_on_where_it_stopped_after_revoking(world: Any) -> None:
    pairs = new_key_pairs()
    found = enrolment(world, world.signer.new_token(taken={1}).secret, pairs)
    body = signed(world, found, pairs, Purpose.LEAVE)
    world.signer.revoke(2)  # and then the ODB was away
    left = world.call("POST", "/enrol/leave", body, user=None)
    assert (left.status_code, left.json) == (200, {"server": 2})
    with pytest.raises(NotFound):
        world.publisher.get("server", "server-2")


def test_a_server_whose_clock_differs_stays_and_is_told(world: Any) -> None:
    pairs = new_key_pairs()
    found = enrolment(world, world.signer.new_token(taken={1}).secret, pairs)
    asked = (
        ("/enrol/leave", signed(world, found, pairs, Purpose.LEAVE)),
        ("/enrol/renew", signed(world, found, pairs, Purpose.RENEW, requests=requests_of(new_key_pairs()))),
    )
    world.clock.advance(301)
    for path, body in asked:
        refused = world.call("POST", path, body, user=None)
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "clock-differs")
    assert world.publisher.get("server", "server-2").value.host == "10.0.0.2"


def test_removing_is_an_administrators_and_not_of_a_server_that_lives(world: Any) -> None:
    enrolment(world, world.signer.new_token(taken={1}).secret)
    world.refresh()
    world.members.register_server(2, "second", "1.2.3", world.clock.now())
    world.members.register_worker(2, "server-2/1-a", world.clock.now())
    for user, status in ((None, 401), ("viewer", 403), ("operator", 403), ("deployer", 403), ("admin", 409)):
        assert world.call("DELETE", "/servers/2", user=user).status_code == status
    world.members.forget("server-2/1-a")
    assert world.call("DELETE", "/servers/2").json == {"server": 2, "revoked": True}
    world.refresh()
    assert world.call("DELETE", "/servers/2").status_code == 404
    assert world.call("DELETE", "/servers/x").status_code == 404


def test_what_a_join_that_failed_after_signing_has_left_can_be_removed_and_replaced(world: Any) -> None:
    # The signer has done its part, and then the ODB was away
    world.signer.enrol(world.signer.new_token(taken={1}).secret, HOSTS, requests_of(new_key_pairs()))
    again = enrolment(world, world.signer.new_token(taken={1}).secret)
    assert (again.status_code, again.json["error"]["code"]) == (400, "host-taken")
    assert world.call("DELETE", "/servers/2").json == {"server": 2, "revoked": True}
    assert world.call("DELETE", "/servers/2").json["error"]["code"] == "no-such-server"
    world.signer.enrol(world.signer.new_token(taken={1}).secret, HOSTS, requests_of(new_key_pairs()))
    replacing = enrolment(world, world.signer.new_token(taken={1}, replaces=2).secret)
    assert (replacing.status_code, replacing.json["server"]) == (201, 2)


def test_two_machines_do_not_have_one_number_at_the_same_time(world: Any) -> None:
    enrolment(world, world.signer.new_token(taken={1}).secret)
    world.members.register_server(2, "second", "1.2.3", world.clock.now())
    world.members.register_worker(2, "server-2/1-a", world.clock.now())
    token = world.signer.new_token(taken={1, 2}, replaces=2)
    refused = enrolment(world, token.secret, hosts=["10.0.0.9"])
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "server-alive")
    assert world.publisher.get("server", "server-2").value.host == "10.0.0.2"
    world.clock.advance(20)
    assert enrolment(world, token.secret, hosts=["10.0.0.9"]).status_code == 201


def test_removing_goes_on_where_it_stopped_after_revoking(world: Any) -> None:
    enrolment(world, world.signer.new_token(taken={1}).secret)
    world.refresh()
    world.signer.revoke(2)
    assert world.call("DELETE", "/servers/2").json == {"server": 2, "revoked": False}
    with pytest.raises(NotFound):
        world.publisher.get("server", "server-2")


def test_a_replaced_server_keeps_its_settings_and_loses_its_place(world: Any) -> None:
    old, new = new_key_pairs(), new_key_pairs()
    found = enrolment(world, world.signer.new_token(taken={1}).secret, old)
    world.publisher.update("server", "server-2", {"host": "10.0.0.2", "workers": 3}, by=BY)
    token = world.signer.new_token(taken={1, 2}, replaces=2)
    assert enrolment(world, token.secret, new, hosts=["10.0.0.9"]).status_code == 201
    item = world.publisher.get("server", "server-2").value
    assert (item.host, item.workers) == ("10.0.0.9", 3)
    assert world.call("POST", "/enrol/leave", signed(world, found, old, Purpose.LEAVE), user=None).status_code == 401
