"""Outgoing connections are tried over HTTP, as they are and with values that are not saved."""

from __future__ import annotations

from typing import Any

import pytest

REST = {"address": "https://crm.example.com", "security": "bearer", "secret": "the-token-of-the-crm"}


def test_a_ping_says_which_stage_failed(world: Any) -> None:
    value = {"address": "https://crm.example.com"}
    world.call("POST", "/items/outgoing-rest", {"name": "CRM", "value": value})
    world.refresh()
    result = world.call("POST", "/items/outgoing-rest/CRM/ping")
    assert result.json == {"ok": False, "stage": "connect", "message": "Connection refused.", "ms": 1.3}
    assert world.worker.pinged == [("outgoing-rest", "CRM")]
    assert world.call("POST", "/items/outgoing-rest/ERP/ping").status_code == 404
    assert world.call("POST", "/items/channel-rest/CRM/ping").json["error"]["code"] == "not-pingable"


def test_a_ping_waits_for_the_change_that_it_is_about(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zato.admin_api.trying._LOOKS", 2)
    world.call("POST", "/items/outgoing-rest", {"name": "CRM", "value": {"address": "https://crm.example.com"}})
    result = world.call("POST", "/items/outgoing-rest/CRM/ping")
    assert (result.status_code, result.json["error"]["code"]) == (503, "not-applied-yet")
    assert world.worker.pinged == []


def test_values_that_are_not_saved_are_tried_with_the_secret_that_is_kept(world: Any) -> None:
    body = {"value": {**REST, "secret": None, "security": "none"}}
    assert world.call("POST", "/items/outgoing-rest/crm/try", body).json["ok"] is True  # of no item yet
    world.call("POST", "/items/outgoing-rest", {"name": "crm", "value": REST})
    found = world.call(
        "POST", "/items/outgoing-rest/crm/try", {"value": {**REST, "secret": "******", "timeout_seconds": 3}}
    )
    assert found.json == {"ok": True, "stage": "done", "message": "It works.", "ms": 1.3}
    tried = world.worker.tried[-1]
    assert tried.value.timeout_seconds == 3
    assert world.box.decrypt(tried.value.secret, kind="outgoing-rest", name="crm", field="secret") == REST["secret"]
    assert world.call("GET", "/items/outgoing-rest/crm").json["value"]["timeout_seconds"] != 3


def test_trying_takes_the_right_to_change_and_sends_no_kept_secret_elsewhere(world: Any) -> None:
    world.call("POST", "/items/outgoing-rest", {"name": "crm", "value": REST})
    path, elsewhere = "/items/outgoing-rest/crm/try", {**REST, "address": "https://thief.example.com"}
    for user in ("viewer", "deployer", "nothing"):
        assert world.call("POST", path, {"value": elsewhere}, user=user).status_code == 403
    for secret in ({"secret": "******"}, {}):
        value = {key: each for key, each in elsewhere.items() if key != "secret"} | secret
        refused = world.call("POST", path, {"value": value}, user="operator")
        assert (refused.status_code, refused.json["error"]["code"]) == (400, "secret-needed")
    other = world.call("POST", "/items/outgoing-rest/other/try", {"value": {**REST, "secret": "******"}})
    assert other.status_code == 400
    assert world.worker.tried == []
    assert (
        world.call("POST", "/items/channel-rest/echo/try", {"value": {"service": "demo.echo", "path": "/echo"}}).json[
            "error"
        ]["code"]
        == "not-pingable"
    )
    entries = world.call("GET", "/audit?action=try-item").json["entries"]
    assert {each["outcome"] for each in entries} >= {"secret-needed", "forbidden"}
