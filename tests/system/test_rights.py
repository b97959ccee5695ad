"""Attacks of people with a role, or with none, on what they may not know or do, through the whole chain."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from support.cluster import RunningCluster
from support.http_peer import HttpPeer
from zato.admin_api.refusals import ROWS_AT_ONCE

PASSWORD = "a password of a person"
SECRET = "the-token-that-the-operator-may-not-know"


def basic(user: str, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Person:
    """Somebody with a role and a password, at the balancer."""

    def __init__(self, cluster: RunningCluster, name: str) -> None:
        self._cluster = cluster
        self._name = name

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        raw = isinstance(body, str)
        headers = {**basic(self._name), "Content-Type": "application/yaml" if raw else "application/json"}
        data = None if body is None else body.encode() if raw else json.dumps(body).encode()
        answer = self._cluster.request(method, f"/zato/api{path}", body=data, headers=headers)
        text = answer.data.decode()
        return answer.status, json.loads(text) if text.startswith("{") else text


@pytest.fixture
def operator(cluster: RunningCluster) -> Iterator[Person]:
    api = cluster.api()
    api.create_item("security-basic", "stay-op", {"username": "stay-op", "password": PASSWORD, "roles": ["operator"]})
    person = Person(cluster, "stay-op")
    cluster.settle()
    yield person
    api.delete_item("security-basic", "stay-op")


@pytest.fixture
def thief() -> Iterator[HttpPeer]:
    with HttpPeer() as peer:
        yield peer


def test_an_operator_does_not_obtain_the_secret_of_a_connection(
    cluster: RunningCluster, operator: Person, thief: HttpPeer
) -> None:
    api = cluster.api()
    with HttpPeer() as friend:
        value = {"address": friend.address, "security": "bearer", "secret": SECRET}
        first = api.create_item("outgoing-rest", "stay-crm", {**value, "address": thief.address + "/was/ours/once"})
        api.update_item("outgoing-rest", "stay-crm", value, first["revision"])
        path = "/items/outgoing-rest/stay-crm"
        masked = operator("GET", path)[1]["value"]
        assert masked["secret"] == "******"
        encrypted = yaml.safe_load(operator("GET", "/export")[1])["outgoing-rest"]["stay-crm"]["secret"]

        def revision() -> int:
            return int(operator("GET", path)[1]["revision"])

        def refused(answer: tuple[int, Any], code: str) -> None:
            assert (answer[0], answer[1]["error"]["code"]) == (403 if code == "forbidden" else 400, code)
            operator("POST", f"{path}/ping", {})

        changes = [
            {"address": thief.address},
            {"address": thief.address, "security": "api-key", "header": "X-ResponseSchema"},
            {"ping_path": "/elsewhere"},
            {"security": "api-key", "header": "X-Logged"},
        ]
        for change in changes:
            for kept in ({}, {"secret": None}):  # masked, absent
                body = {**masked, **change, **kept}
                if kept:
                    del body["secret"]
                refused(operator("PUT", path, {"value": body, "revision": revision()}), "secret-needed")
            body = {**masked, **change, "secret": encrypted}
            refused(operator("PUT", path, {"value": body, "revision": revision()}), "invalid-item")
        document = yaml.safe_dump(
            {"outgoing-rest": {"stay-crm": {**value, "address": thief.address, "secret": encrypted}}}
        )
        refused(operator("POST", "/import", document), "forbidden")
        refused(operator("POST", "/rollback", {"revision": first["revision"]}), "forbidden")
        refused(operator("POST", f"{path}/rollback", {"revision": first["revision"]}), "secret-needed")
        # An administrator who imports what the operator has changed does not give it away either
        answer = cluster.zato("config", "import", "-", check=False, input=document)
        assert (answer.returncode, "secret: " in answer.stderr) == (1, True)
        # Deleted, and made again under another address
        assert operator("DELETE", f"{path}?revision={revision()}")[0] == 200
        body = {**value, "address": thief.address}
        for secret in ("******", encrypted):
            again = {"name": "stay-crm", "value": {**body, "secret": secret}}
            status, refusal = operator("POST", "/items/outgoing-rest", again)
            assert (status, refusal["error"]["code"]) == (400, "invalid-item")
        refused(operator("POST", f"{path}/rollback", {"revision": first["revision"]}), "secret-needed")
        assert thief.received == []
        assert {each.headers.get("Authorization") for each in friend.received} == {f"Bearer {SECRET}"}
        assert {each.target for each in friend.received} == {"/"}
        # What they need for their work goes on: another limit, the same item back after a mistake, an own secret
        last = api.history("outgoing-rest", "stay-crm")["changes"][1]["revision"]
        back = operator("POST", f"{path}/rollback", {"revision": last})
        assert back[0] == 200
        quicker = {**back[1]["value"], "timeout_seconds": 3}
        assert operator("PUT", path, {"value": quicker, "revision": back[1]["revision"]})[0] == 200
        own = {**quicker, "address": thief.address, "secret": "an-own-one"}
        assert operator("PUT", path, {"value": own, "revision": revision()})[0] == 200
        operator("POST", f"{path}/ping", {})
        assert [each.headers.get("Authorization") for each in thief.received] == ["Bearer an-own-one"]
    api.delete_item("outgoing-rest", "stay-crm")


def test_an_operator_makes_no_file_with_a_connection_to_sqlite(cluster: RunningCluster, operator: Person) -> None:
    layout, server = cluster.layout, cluster.layout.server(1)
    places = [server.draining, server.pickup / "stay_file.py", layout.haproxy / "own.cfg", layout.root / "stay.db"]
    for place in places:
        value = {"url": f"sqlite:///{place}"}
        status, answer = operator("POST", "/items/outgoing-sql", {"name": "stay-file", "value": value})
        assert (status, answer["error"]["code"]) == (400, "invalid-item")
        assert answer["error"]["details"][0].startswith("url: SQLite takes the name of a file")
        assert operator("POST", "/items/outgoing-sql/stay-file/ping", {})[0] == 404
    value = {"url": "sqlite:///stay-file.db"}
    assert operator("POST", "/items/outgoing-sql", {"name": "stay-file", "value": value})[0] == 201
    status, pinged = operator("POST", "/items/outgoing-sql/stay-file/ping", {})
    assert (status, pinged["ok"], pinged["stage"]) == (200, False, "connect")
    assert not any(place.exists() for place in [*places, layout.sqlite / "stay-file.db"])
    api = cluster.api()
    api.delete_item("outgoing-sql", "stay-file")


def test_rolling_the_cluster_back_lets_nobody_in_again(cluster: RunningCluster) -> None:
    api = cluster.api()

    def lets_in(user: str, password: str) -> bool:
        return int(cluster.request("GET", "/zato/api/whoami", headers=basic(user, password)).status) == 200

    for name in ("stay-fired", "stay-careful"):
        value = {"username": name, "password": "the old password", "roles": ["admin"]}
        api.create_item("security-basic", name, value)
    then = api.create_item("service", "stay.it", {"time_limit_seconds": 3})["revision"]
    cluster.settle()
    assert lets_in("stay-fired", "the old password") and lets_in("stay-careful", "the old password")
    api.delete_item("security-basic", "stay-fired")
    careful = api.item("security-basic", "stay-careful")
    changed = {**careful["value"], "password": "the new password"}
    api.update_item("security-basic", "stay-careful", changed, careful["revision"])
    late = {"username": "stay-late", "password": "the new password", "roles": ["viewer"]}
    api.create_item("security-basic", "stay-late", late)
    api.update_item("service", "stay.it", {"time_limit_seconds": 9}, then)
    cluster.settle()
    assert lets_in("stay-careful", "the new password") and lets_in("stay-late", "the new password")

    said = cluster.zato("config", "rollback", str(then), "--dry-run").stdout
    assert "update service 'stay.it'\n  time_limit_seconds: 9.0 -> 3.0" in said
    stays = said.partition("These stay as they are now; with --with-security they would be changed, too:\n")[2]
    for line in ("create security-basic 'stay-fired'", "update security-basic 'stay-careful'", "'stay-late'"):
        assert line in stays
    assert api.item("service", "stay.it")["value"]["time_limit_seconds"] == 9
    said = cluster.zato("config", "rollback", str(then)).stdout
    assert "security-basic 'stay-fired'" in said
    assert api.item("service", "stay.it")["value"]["time_limit_seconds"] == 3
    api.create_item("security-basic", "stay-next", {"username": "stay-next", "password": "the new password"})
    cluster.settle()
    assert lets_in("stay-next", "the new password")
    assert not lets_in("stay-fired", "the old password")
    assert not lets_in("stay-careful", "the old password")
    assert lets_in("stay-careful", "the new password")
    assert lets_in("stay-late", "the new password")
    refused = cluster.zato("config", "rollback", str(then), "security-basic", "stay-careful", check=False)
    assert "Ask for that explicitly, with --with-security" in refused.stderr
    cluster.zato("config", "rollback", str(then), "security-basic", "stay-careful", "--with-security")
    cluster.settle()
    assert lets_in("stay-careful", "the old password")
    for name in ("stay-careful", "stay-late", "stay-next"):
        api.delete_item("security-basic", name)
    api.delete_item("service", "stay.it")


def test_somebody_without_rights_does_not_fill_the_odb(cluster: RunningCluster) -> None:
    api = cluster.api()
    api.create_item("security-basic", "stay-nobody", {"username": "stay-nobody", "password": PASSWORD, "roles": []})
    person = Person(cluster, "stay-nobody")
    cluster.settle()
    for _ in range(40):
        assert person("GET", "/export")[0] == 403
        assert person("POST", "/import", "{}")[0] == 403
    entries = [entry for entry in api.audit(1000)["entries"] if entry["principal"] == "stay-nobody"]
    assert 1 <= len(entries) <= 2 * ROWS_AT_ONCE  # by each of the two workers
    assert {entry["outcome"] for entry in entries} == {"forbidden"}
    api.delete_item("security-basic", "stay-nobody")
