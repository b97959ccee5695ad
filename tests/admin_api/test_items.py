"""Items over HTTP, for every kind in the same way."""

from __future__ import annotations

from typing import Any

import pytest

from support.admin_world import CHANNEL, create_channel
from zato.core.errors import Unavailable

PASSWORD = "a password nobody may see"


def test_an_item_is_created_read_changed_and_deleted(world: Any) -> None:
    created = create_channel(world)
    assert created.status_code == 201
    assert created.headers["location"] == "/zato/api/items/channel-rest/echo"
    revision = created.json["revision"]
    assert created.headers["etag"] == f'"{revision}"'
    assert world.call("GET", "/items/channel-rest/echo").json == created.json

    body = {"value": {**CHANNEL, "path": "/other"}, "revision": revision}
    changed = world.call("PUT", "/items/channel-rest/echo", body)
    assert changed.json["value"]["path"] == "/other"
    assert changed.json["revision"] == revision + 1

    deleted = world.call("DELETE", f"/items/channel-rest/echo?revision={revision + 1}")
    assert deleted.json == {"kind": "channel-rest", "name": "echo", "revision": revision + 2}
    gone = world.call("GET", "/items/channel-rest/echo")
    assert (gone.status_code, gone.json["error"]["code"]) == (404, "no-such-item")


def test_a_change_from_an_older_revision_is_refused_and_names_who_was_faster(world: Any) -> None:
    revision = create_channel(world).json["revision"]
    first = {"value": {**CHANNEL, "path": "/first"}, "revision": revision}
    assert world.call("PUT", "/items/channel-rest/echo", first, user="operator").status_code == 200
    second = {"value": {**CHANNEL, "path": "/second"}, "revision": revision}
    refused = world.call("PUT", "/items/channel-rest/echo", second)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "stale-revision")
    assert "operator" in refused.json["error"]["message"]
    assert world.call("DELETE", f"/items/channel-rest/echo?revision={revision}").status_code == 409
    assert world.call("GET", "/items/channel-rest/echo").json["value"]["path"] == "/first"


def test_if_match_says_the_revision_too_and_one_of_both_is_needed(world: Any) -> None:
    etag = create_channel(world).headers["etag"]
    path, body = "/items/channel-rest/echo", {"value": {**CHANNEL, "path": "/other"}}
    missing = world.call("PUT", path, body)
    assert (missing.status_code, missing.json["error"]["code"]) == (400, "revision-missing")
    assert world.call("DELETE", path).json["error"]["code"] == "revision-missing"
    assert world.call("PUT", path, {**body, "revision": 1}, headers={"If-Match": etag}).status_code == 400
    assert world.call("PUT", path, body, headers={"If-Match": "*"}).status_code == 400
    assert world.call("PUT", path, body, headers={"If-Match": '"1"'}).status_code == 409
    changed = world.call("PUT", path, body, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert world.call("DELETE", path, headers={"If-Match": changed.headers["etag"]}).status_code == 200


def test_what_exists_is_not_created_again_and_what_does_not_exist_is_not_changed(world: Any) -> None:
    create_channel(world)
    again = create_channel(world, path="/elsewhere")
    assert (again.status_code, again.json["error"]["code"]) == (409, "already-exists")
    for method, path in [("GET", ""), ("PUT", ""), ("GET", "/history")]:
        body = {"value": CHANNEL, "revision": 1} if method == "PUT" else None
        assert world.call(method, f"/items/channel-rest/missing{path}", body).status_code == 404
    # A deletion says what it saw, and that is no longer so.
    assert world.call("DELETE", "/items/channel-rest/missing?revision=1").status_code == 409


def test_every_wrong_field_is_named(world: Any) -> None:
    result = world.call("POST", "/items/channel-rest", {"name": "echo", "value": {"path": 1, "sevrice": "x"}})
    error = result.json["error"]
    assert (result.status_code, error["code"]) == (400, "invalid-item")
    assert any(detail.startswith("path") for detail in error["details"])
    assert any("service" in detail for detail in error["details"])


def test_generated_secrets_are_shown_once_and_no_secret_ever_again(world: Any) -> None:
    created = world.call("POST", "/items/security-api-key", {"name": "shop", "value": {}})
    key = created.json["generated"]["key"]
    assert len(key) >= 32
    assert created.json["value"]["key"] == "******"
    assert created.headers["cache-control"] == "no-store"
    revision = created.json["revision"]
    body = {"value": {"key": "******", "roles": ["viewer"]}, "revision": revision}
    changed = world.call("PUT", "/items/security-api-key/shop", body)
    assert "generated" not in changed.json

    world.refresh()
    assert world.call("GET", "/whoami", user=None, headers={"X-API-Key": key}).json["name"] == "shop"
    seen = [
        changed.text,
        *[
            world.call("GET", path).text
            for path in (
                "/items/security-api-key",
                "/items/security-api-key/shop",
                "/items/security-api-key/shop/history",
                "/items/security-basic",
                f"/diff?from=0&to={revision + 1}",
                "/export",
                "/audit?limit=1000",
                "/status",
            )
        ],
    ]
    for text in seen:
        assert key not in text
        assert PASSWORD not in text
        assert "$2b$" not in text


def test_history_names_who_changed_what_and_a_rollback_is_a_new_change(world: Any) -> None:
    revision = create_channel(world).json["revision"]
    body = {"value": {**CHANNEL, "path": "/other"}, "revision": revision}
    world.call("PUT", "/items/channel-rest/echo", body, user="operator")
    history = world.call("GET", "/items/channel-rest/echo/history").json["changes"]
    assert [(change["action"], change["principal"]) for change in history] == [
        ("update", "operator"),
        ("create", "admin"),
    ]
    back = world.call("POST", "/items/channel-rest/echo/rollback", {"revision": revision})
    assert back.json["value"]["path"] == CHANNEL["path"]
    assert back.json["revision"] == revision + 2
    never = world.call("POST", "/items/channel-rest/echo/rollback", {"revision": 10**15})
    assert (never.status_code, never.json["error"]["code"]) == (400, "unknown-revision")


def test_a_rollback_may_say_which_revision_it_started_from(world: Any) -> None:
    first = create_channel(world).json["revision"]
    path = "/items/channel-rest/echo"
    other = {"value": {**CHANNEL, "path": "/other"}, "revision": first}
    second = world.call("PUT", path, other, user="operator").json["revision"]
    back = {"revision": first}
    for body, headers in [({**back, "started_from": first}, {}), (back, {"If-Match": f'"{first}"'})]:
        refused = world.call("POST", f"{path}/rollback", body, headers=headers)
        assert (refused.status_code, refused.json["error"]["code"]) == (409, "stale-revision")
        assert "operator" in refused.json["error"]["message"]
    disagreeing = {**back, "started_from": first}
    assert world.call("POST", f"{path}/rollback", disagreeing, headers={"If-Match": f'"{second}"'}).status_code == 400
    assert world.call("GET", path).json["revision"] == second
    assert world.call("POST", f"{path}/rollback", {**back, "started_from": second}).status_code == 200


def test_every_change_is_in_the_audit_log_with_its_revision_and_cid(world: Any) -> None:
    created = world.call(
        "POST", "/items/channel-rest", {"name": "echo", "value": CHANNEL}, headers={"X-Zato-CID": "cid-of-it"}
    )
    (entry,) = world.call("GET", "/audit?limit=1").json["entries"]
    assert (entry["principal"], entry["cid"], entry["outcome"]) == ("admin", "cid-of-it", "ok")
    assert entry["revision"] == created.json["revision"]
    assert "echo" in entry["subject"]


def test_what_is_deployed_is_not_changed_as_an_item(world: Any) -> None:
    for method, path, body in [
        ("POST", "", {"name": "it.py", "value": {}}),
        ("PUT", "/it.py", {"value": {}, "revision": 1}),
        ("DELETE", "/it.py?revision=1", None),
    ]:
        result = world.call(method, f"/items/deployment{path}", body)
        assert (result.status_code, result.json["error"]["code"]) == (409, "managed-by-deployments")


def test_with_the_odb_away_changes_are_refused_and_status_says_why(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from zato.odb.database import Database

    def away(self: Database) -> Any:
        raise Unavailable("The ODB cannot be reached.", code="odb-unavailable", retry_after_seconds=3)

    # Who has a second factor is known by then
    assert world.call("GET", "/status").status_code == 200
    monkeypatch.setattr(Database, "read", away)
    monkeypatch.setattr(Database, "write", away)
    for result in (create_channel(world), world.call("GET", "/items/channel-rest"), world.call("GET", "/audit")):
        assert (result.status_code, result.json["error"]["code"]) == (503, "odb-unavailable")
        assert result.headers["retry-after"] == "3"
    status = world.call("GET", "/status")
    assert status.status_code == 200
    assert status.json["ok"] is False
    assert status.json["odb"] == {"ok": False, "revision": None, "message": "The ODB cannot be reached."}
    # A refusal stands although it cannot be written down.
    assert world.call("POST", "/rollback", {"revision": 1}, user="viewer").status_code == 403
    # Deployed services go on without the ODB.
    assert world.call("POST", "/services/demo.echo/invoke", {}, user="deployer").status_code == 200


def test_everything_wrong_with_a_request_is_named_with_the_values_that_are_allowed(world: Any) -> None:
    body = {"name": 5, "value": [], "more": 1}
    error = world.call("POST", "/items/channel-rest", body).json["error"]
    assert error["details"] == [
        "more: it is not known",
        "name: expected `str`, got `int`",
        "value: expected `object`, got `array`",
    ]
    assert error["message"] == "The body is not valid: more: it is not known (and 2 more, see the details)."
    value = {"service": "s", "path": "/x", "methods": ["GET", "BREW", 5], "security": ["a", 1], "active": "yes"}
    error = world.call("POST", "/items/channel-rest", {"name": "x", "value": value}).json["error"]
    assert error["details"] == [
        "methods[1]: expected one of 'DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'",
        "methods[2]: expected one of 'DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'",
        "security[1]: expected `str`, got `int`",
        "active: expected `bool`, got `str`",
    ]
    document = b"outgoing-rest:\n  a: {address: 'https://a', security: none-such, ping_method: TRACE}\n"
    error = world.call("POST", "/import", raw=document, content_type="application/yaml").json["error"]
    assert error["details"] == [
        "outgoing-rest 'a', security: expected one of 'none', 'basic', 'api-key', 'bearer', 'certificate'",
        "outgoing-rest 'a', ping_method: expected one of 'GET', 'HEAD', 'OPTIONS'",
    ]
    error = world.call("POST", "/import?mode=erase", raw=b"{}", content_type="application/yaml").json["error"]
    assert error["details"] == ["mode: expected one of 'merge', 'replace'"]


def test_an_operator_drains_a_server_and_takes_it_back_and_changes_nothing_else_of_it(world: Any) -> None:
    world.call("POST", "/items/server", {"name": "server-1", "value": {"workers": 3}})
    drained = world.call("POST", "/servers/1/drain", user="operator").json
    assert (drained["number"], drained["draining"], drained["revision"]) == (1, True, world.log.revision())
    value = world.call("GET", "/items/server/server-1").json["value"]
    assert (value["drain"], value["workers"]) == (True, 3)
    assert world.call("POST", "/servers/1/drain", user="operator").json == drained
    assert world.call("POST", "/servers/1/ready", user="operator").json["draining"] is False
    assert world.call("GET", "/items/server/server-1").json["value"] == {**value, "drain": False}
    missing = world.call("POST", "/servers/2/drain", user="operator")
    assert (missing.status_code, "there is: 1" in missing.text) == (404, True)
    revision = world.call("GET", "/items/server/server-1").json["revision"]
    world.call("PUT", "/items/server/server-1", {"value": {"active": False}, "revision": revision})
    assert world.call("POST", "/servers/1/ready", user="operator").status_code == 409
    changed = {"value": {**value, "workers": 9}, "revision": revision}
    assert world.call("PUT", "/items/server/server-1", changed, user="operator").status_code == 403


def test_a_key_is_made_up_anew_and_shown_once(world: Any) -> None:
    made = world.call("POST", "/items/security-api-key", {"name": "shop", "value": {"roles": ["viewer"]}}).json
    first = made["generated"]["key"]
    second = world.call("POST", "/items/security-api-key/shop/rotate").json
    assert second["generated"]["key"] != first
    assert second["value"] == made["value"]
    world.refresh()

    def status(key: str) -> int:
        return int(world.call("GET", "/whoami", user=None, headers={"X-API-Key": key}).status_code)

    assert (status(first), status(second["generated"]["key"])) == (401, 200)
    assert "generated" not in world.call("GET", "/items/security-api-key/shop").json
    refused = world.call("POST", "/items/security-basic/viewer/rotate")
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "nothing-to-rotate")
    assert world.call("POST", "/items/security-api-key/none/rotate").status_code == 404
