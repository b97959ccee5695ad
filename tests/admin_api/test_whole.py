"""Differences, roll-back, export and import over HTTP."""

from __future__ import annotations

from typing import Any

CHANNEL = {"service": "demo.echo", "path": "/echo"}
YAML = "application/yaml"


def _create(world: Any, name: str, path: str) -> int:
    value = {**CHANNEL, "path": path}
    revision: int = world.call("POST", "/items/channel-rest", {"name": name, "value": value}).json["revision"]
    return revision


def test_a_diff_shows_what_changed_between_two_revisions(world: Any) -> None:
    before = world.log.revision()
    _create(world, "echo", "/echo")
    result = world.call("GET", f"/diff?from={before}").json
    assert (result["from"], result["to"]) == (before, before + 1)
    (item,) = result["items"]
    assert (item["kind"], item["name"], item["action"]) == ("channel-rest", "echo", "create")
    assert {"field": "path", "before": None, "after": "/echo"} in item["fields"]
    assert world.call("GET", f"/diff?from={before}&kind=server").json["items"] == []
    assert world.call("GET", f"/diff?from={before}&kind=nonsense").status_code == 404
    assert world.call("GET", "/diff?from=0&to=999999").json["error"]["code"] == "unknown-revision"
    assert world.call("GET", "/diff").status_code == 400


def test_the_whole_configuration_rolls_back(world: Any) -> None:
    before = _create(world, "one", "/one")
    _create(world, "two", "/two")
    result = world.call("POST", "/rollback", {"revision": before})
    assert result.json["deleted"] == [{"kind": "channel-rest", "name": "two"}]
    assert [item["name"] for item in world.call("GET", "/items/channel-rest").json["items"]] == ["one"]


def test_an_export_imports_to_the_same_state(world: Any) -> None:
    _create(world, "echo", "/echo")
    exported = world.call("GET", "/export")
    assert exported.headers["content-type"].startswith("text/yaml")
    revision = world.log.revision()
    same = world.call("POST", "/import?mode=replace", raw=exported.content, content_type=YAML)
    assert same.status_code == 200, same.text
    assert (same.json["created"], same.json["updated"], same.json["deleted"]) == ([], [], [])
    assert world.log.revision() == revision
    world.call("DELETE", f"/items/channel-rest/echo?revision={revision}")
    again = world.call("POST", "/import", raw=exported.content, content_type=YAML)
    assert again.json["created"] == [{"kind": "channel-rest", "name": "echo"}]


def test_an_import_says_who_gets_in_again(world: Any) -> None:
    value = {"username": "eve", "password": "a long password", "roles": ["admin"]}
    made = world.call("POST", "/items/security-basic", {"name": "eve", "value": value}).json
    again = world.call("POST", "/items/security-basic", {"name": "ann", "value": {**value, "username": "ann"}}).json
    old = world.call("GET", "/export").content
    world.call("DELETE", f"/items/security-basic/eve?revision={made['revision']}")
    changed = {"revision": again["revision"], "value": {**value, "username": "ann", "password": "another password"}}
    world.call("PUT", "/items/security-basic/ann", changed)
    world.refresh()
    done = world.call("POST", "/import", raw=old, content_type=YAML).json
    warned = {each["subject"]: each["message"] for each in done["warnings"] if each["code"] == "lets-in-again"}
    assert set(warned) == {"security-basic eve", "security-basic ann"}
    assert "was deleted and lets in again" in warned["security-basic eve"]
    first = b"security-basic: {new: {username: new, password: a long password}}"
    assert "warnings" not in world.call("POST", "/import", raw=first, content_type=YAML).json


def test_an_export_with_placeholders_is_imported_with_values(world: Any) -> None:
    value = {"address": "https://crm", "security": "bearer", "secret": "to-be-kept"}
    world.call("POST", "/items/outgoing-rest", {"name": "CRM", "value": value})
    text = world.call("GET", "/export?placeholders=true", user="viewer").text
    assert "secret: ${OUTGOING_REST_CRM_SECRET}" in text
    refused = world.call("POST", "/import", raw=text.encode(), content_type=YAML)
    assert refused.json["error"]["code"] == "placeholder-without-value"
    document = "outgoing-rest: {CRM: {address: 'https://crm', security: bearer, secret: '${S}'}}"
    body = {"document": document, "values": {}}
    refused = world.call("POST", "/import", body)
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "placeholder-without-value")
    body["values"] = {"S": "another-one", "T": "unused"}
    preview = world.call("POST", "/import?dry_run=true", body).json
    assert [one["field"] for one in preview["items"][0]["fields"]] == ["secret"]
    assert preview["unused_values"] == ["T"]
    done = world.call("POST", "/import", body).json
    assert (done["updated"], done["unused_values"]) == ([{"kind": "outgoing-rest", "name": "CRM"}], ["T"])
    assert world.call("POST", "/import", {"document": document}).status_code == 400
    assert world.call("POST", "/import", {**body, "values": {"a b": "x"}}).status_code == 400


def test_an_import_that_is_wrong_anywhere_changes_nothing(world: Any) -> None:
    text = b"channel-rest:\n  good: {service: s, path: /good}\n  bad: {service: s}\n"
    revision = world.log.revision()
    result = world.call("POST", "/import", raw=text, content_type=YAML)
    assert (result.status_code, result.json["error"]["code"]) == (400, "invalid-items")
    assert "bad" in result.text
    assert world.log.revision() == revision


def test_an_import_has_to_be_yaml_in_utf8_and_the_mode_a_known_one(world: Any) -> None:
    assert world.call("POST", "/import", raw=b"\xff", content_type=YAML).json["error"]["code"] == "invalid-utf8"
    assert world.call("POST", "/import", raw=b"a: [", content_type=YAML).json["error"]["code"] == "invalid-document"
    assert world.call("POST", "/import?mode=erase", raw=b"", content_type=YAML).status_code == 400
    for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
        assert world.call("POST", "/import", raw=b"a: {}", content_type=content_type).status_code == 415


def test_every_operation_is_counted_by_its_name_and_status(world: Any) -> None:
    world.call("GET", "/export")
    world.call("GET", "/export", user=None)
    world.call("POST", "/rollback", {"revision": 999999})
    assert world.counted == [("export", 200), ("export", 401), ("rollback-all", 400)]


def test_the_history_of_everything_is_filtered_and_comes_in_pages(world: Any) -> None:
    first = _create(world, "one", "/one")
    second = _create(world, "two", "/two")
    at = world.call("GET", "/history?limit=1").json["changes"][0]["at"]
    world.clock.advance(60)
    world.call("DELETE", f"/items/channel-rest/one?revision={first}", user="operator")

    def names(query: str) -> list[tuple[str, str]]:
        answer = world.call("GET", f"/history?{query}", user="viewer")
        assert answer.status_code == 200, answer.text
        return [(each["name"], each["action"]) for each in answer.json["changes"]]

    newest = [("one", "delete"), ("two", "create"), ("one", "create")]
    assert names("limit=3") == names("kind=channel-rest") == newest
    assert names("kind=channel-rest&name=one") == [newest[0], newest[2]]
    assert names("principal=operator") == names("since=2027-01-01T00:00:01Z") == names("action=delete") == newest[:1]
    assert names(f"kind=channel-rest&until={at}") == []
    assert names("name=two") == newest[1:2]
    page = world.call("GET", "/history?kind=channel-rest&limit=2").json
    assert page["next"] == second
    rest = world.call("GET", f"/history?kind=channel-rest&limit=2&before={page['next']}").json
    assert ([each["revision"] for each in rest["changes"]], rest["next"]) == ([first], None)
    cid = rest["changes"][0]["cid"]
    assert [each["revision"] for each in world.call("GET", f"/history?cid={cid}").json["changes"]] == [first]
    one = world.call("GET", "/items/channel-rest/one/history?limit=1").json
    assert (one["next"], len(one["changes"])) == (one["changes"][0]["revision"], 1)
    older = world.call("GET", f"/items/channel-rest/one/history?before={one['next']}").json
    assert [each["revision"] for each in older["changes"]] == [first]
    assert world.call("GET", "/history?kind=no-such").status_code == 404
    assert world.call("GET", "/history?kind=channel-rest&name=never").status_code == 404
    assert world.call("GET", "/history?since=2026-11-30T08:00:00").status_code == 400
    assert world.call("GET", "/items/channel-rest/one/history?kind=x").status_code == 400


def test_the_history_of_everything_shows_no_secret(world: Any) -> None:
    value = {"address": "https://crm", "security": "bearer", "secret": "hunter2"}
    world.call("POST", "/items/outgoing-rest", {"name": "CRM", "value": value})
    found = world.call("GET", "/history").text
    assert "hunter2" not in found
    assert "sealed:" not in found
    assert "$2b$" not in found
