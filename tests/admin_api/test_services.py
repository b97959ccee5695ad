"""Services over the admin API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zato.logbook.ring import RingWriter


def test_services_are_listed_with_their_files_settings_and_channels(world: Any) -> None:
    value = {"service": "demo.echo", "path": "/echo"}
    world.call("POST", "/items/channel-rest", {"name": "echo", "value": value})
    world.call("POST", "/items/service", {"name": "demo.echo", "value": {"active": False, "time_limit_seconds": 5}})
    world.refresh()
    services = world.call("GET", "/services").json["services"]
    assert [service["name"] for service in services] == [
        "demo.echo",
        "demo.fails",
        "demo.http",
        "demo.teapot",
        "demo.typed",
    ]
    assert services[0] == {
        "name": "demo.echo",
        "module": "demo",
        "file_name": "demo.py",
        "deployment_id": 1,
        "implementation": "Echo",
        "active": False,
        "time_limit_seconds": 5.0,
        "channels": ["echo"],
    }


def test_a_service_is_invoked_and_knows_who_asks(world: Any) -> None:
    result = world.call("POST", "/services/demo.echo/invoke", {"a": [1]}, user="deployer")
    assert result.json == {"echo": {"a": [1]}, "principal": "deployer"}
    empty = world.call("POST", "/services/demo.echo/invoke", raw=b"", content_type="application/json")
    assert empty.json["echo"] is None


def test_the_status_a_service_sets_is_the_answers(world: Any) -> None:
    assert world.call("POST", "/services/demo.teapot/invoke", {}).status_code == 418


def test_what_a_service_raises_stays_in_the_log(world: Any) -> None:
    result = world.call("POST", "/services/demo.fails/invoke", {})
    assert (result.status_code, result.json["error"]["code"]) == (500, "service-failed")
    assert "secret" not in result.text


@pytest.mark.parametrize("name", ["missing", "demo.echo%00", "../demo.echo", "x" * 5000, "%22%3E%3Cscript%3E"])
def test_a_service_that_is_not_there_is_not_found(world: Any, name: str) -> None:
    assert world.call("POST", f"/services/{name}/invoke", {}).status_code == 404


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "invalid-json"),
        (b'{"a":1,"a":2}', "duplicate-key"),
        (b"NaN", "invalid-json"),
        (b"\xff", "invalid-utf8"),
        (b"[" * 100_000, "invalid-json"),
    ],
)
def test_a_message_that_is_not_json_does_not_reach_the_service(world: Any, raw: bytes, code: str) -> None:
    result = world.call("POST", "/services/demo.echo/invoke", raw=raw, content_type="application/json")
    assert (result.status_code, result.json["error"]["code"]) == (400, code)


def test_a_service_is_shown_with_what_it_takes_and_gives_and_where_it_is_reached(world: Any) -> None:
    value = {"service": "demo.typed", "path": "/typed", "methods": ["GET", "POST"], "security": ["viewer"]}
    world.call("POST", "/items/channel-rest", {"name": "typed", "value": value})
    world.refresh()
    shown = world.call("GET", "/services/demo.typed", user="viewer").json
    assert shown["service"]["file_name"] == "demo.py"
    assert shown["service"]["channels"] == ["typed"]
    assert shown["documentation"] == "Takes an order.\n\nIn two parts."
    assert shown["methods"] == ["GET"]
    assert shown["line"] == world.typed_line
    assert shown["input"]["$ref"] == "#/$defs/Order"
    definitions = shown["input"]["$defs"]
    assert definitions["Order"]["properties"]["parts"]["items"] == {"$ref": "#/$defs/Part"}
    assert definitions["Part"]["properties"] == {"size": {"type": "integer"}}
    assert "integer" in shown["output"]["properties"]["number"]["type"]
    (channel,) = shown["channels"]
    assert (channel["kind"], channel["path"], channel["security"]) == ("channel-rest", "/typed", ["viewer"])
    plain = world.call("GET", "/services/demo.fails").json
    assert (plain["input"], plain["output"], plain["documentation"], plain["channels"]) == (None, None, None, [])
    missing = world.call("GET", "/services/nothing")
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "no-such-service")


def test_a_service_sees_the_request_that_it_is_to_be_invoked_by(world: Any) -> None:
    target = "/services/demo.http/invoke?method=GET&path=/a/b&query=x%3D1%26x%3D2"
    target += "&headers=%7B%22X-App%22%3A%221%22%7D&path_params=%7B%22id%22%3A%225%22%7D"
    assert world.call("POST", target, {"in": "body"}).json == ["GET", "/a/b", {"x": ["1", "2"]}, "1", {"id": "5"}]
    assert world.call("POST", "/services/demo.http/invoke", {}).json == ["", "", {}, None, {}]
    assert world.call("POST", "/services/demo.http/invoke?query=a%3D1", {}).json[0] == "POST"
    for wrong in ("method=TRACE", "path=x", "headers=5", "headers=%7B%22a%22%3A1%7D", "path_params=x", "body=1"):
        assert world.call("POST", f"/services/demo.http/invoke?{wrong}", {}).status_code == 400, wrong


def test_the_last_errors_of_a_service_are_those_of_the_log(world: Any) -> None:
    ring = RingWriter(world.log_directory)
    for number in range(12):
        line = {"timestamp": f"2027-01-01T00:00:{number:02}.000Z", "process": "server-1", "event": f"Failed {number}"}
        for of in ({"service": "demo.fails", "level": "error"}, {"service": "demo.echo", "level": "info"}):
            ring.write(json.dumps({**line, **of}).encode() + b"\n")
    found = world.call("GET", "/services/demo.fails/errors?limit=3").json
    assert [line["message"] for line in found["errors"]] == ["Failed 9", "Failed 10", "Failed 11"]
    assert world.call("GET", "/services/demo.echo/errors").json["errors"] == []
    assert world.call("GET", "/services/demo.fails/errors", user="viewer").status_code == 403
    assert world.call("GET", "/services/no.such/errors").json["error"]["code"] == "no-such-service"
    assert world.call("GET", "/services/demo.fails/errors?limit=1000").status_code == 400
