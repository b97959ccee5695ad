"""Every operation against every role."""

from __future__ import annotations

import re
from typing import Any

import pytest

from zato.core.principal import Role

V, O, D, A = Role.VIEWER, Role.OPERATOR, Role.DEPLOYER, Role.ADMIN  # noqa: E741
ALL = {V, O, D, A}
# Prove by their bodies who may
SESSIONS = {"open-session", "list-sessions", "end-session"}  # of whoever it is: see test_sessions.py
# Of whoever it is, too: see test_second_factor.py
OWN = {
    "change-own-password",
    "get-second-factor",
    "begin-second-factor",
    "confirm-second-factor",
    "disable-second-factor",
}
OPEN = {"become-first-administrator", "enrol", "renew-certificates", "leave"}

# method, path, who may. The kind decides about changes of items.
MATRIX: list[tuple[str, str, set[Role]]] = [
    ("GET", "/items/channel-rest", ALL),
    ("GET", "/items/security-basic", ALL),
    ("GET", "/items/security-basic/admin", ALL),
    ("GET", "/items/security-basic/admin/history", ALL),
    *[
        (method, f"/items/{kind}{rest}", who)
        for kind, who in [
            ("channel-rest", {O, A}),
            ("channel-http", {O, A}),
            ("outgoing-rest", {O, A}),
            ("outgoing-sql", {O, A}),
            ("service", {O, A}),
            ("security-basic", {A}),
            ("security-api-key", {A}),
            ("security-tls", {A}),
            ("server", {A}),
            ("balancer", {A}),
            ("deployment", {D, A}),
            ("packages", {D, A}),
            ("no-such-kind", {A}),
        ]
        for method, rest in [
            ("POST", ""),
            ("PUT", "/it"),
            ("DELETE", "/it"),
            ("POST", "/it/rollback"),
            ("POST", "/it/rotate"),
        ]
    ],
    ("POST", "/items/outgoing-rest/it/ping", {O, A}),
    ("POST", "/items/outgoing-rest/it/try", {O, A}),
    ("POST", "/items/outgoing-sql/it/try", {O, A}),
    ("GET", "/search", ALL),
    ("GET", "/summary", ALL),
    ("GET", "/kinds", ALL),
    ("GET", "/diff", ALL),
    ("GET", "/history", ALL),
    ("POST", "/rollback", {A}),
    ("POST", "/rollback?dry_run=true", {A}),
    ("POST", "/items/channel-rest?dry_run=true", {O, A}),
    ("POST", "/import?dry_run=true", {A}),
    ("POST", "/deployments?file_name=it.py&dry_run=true", {D, A}),
    ("GET", "/export", ALL),
    ("POST", "/import", {A}),
    ("POST", "/deployments", {D, A}),
    ("GET", "/deployments", ALL),
    ("GET", "/deployments/1", ALL),
    ("POST", "/deployments/together", {D, A}),
    ("POST", "/deployments/together/undeploy", {D, A}),
    ("GET", "/deployments/1/source", ALL),
    ("GET", "/deployments/1/files", ALL),
    ("POST", "/deployments/1/activate", {D, A}),
    ("DELETE", "/deployments/files/it.py", {D, A}),
    ("GET", "/packages", ALL),
    ("PUT", "/packages", {D, A}),
    ("GET", "/packages/wheels", ALL),
    ("PUT", "/packages/wheels/a-1.0-py3-none-any.whl", {D, A}),
    ("DELETE", "/packages/wheels/a-1.0-py3-none-any.whl", {D, A}),
    ("GET", "/services", ALL),
    ("GET", "/services/demo.echo", ALL),
    ("GET", "/services/demo.echo/errors", {O, D, A}),
    ("POST", "/services/demo.echo/invoke", {O, D, A}),
    ("POST", "/services/demo.echo/invoke-async", {O, D, A}),
    ("GET", "/messages/dead", ALL),
    ("GET", "/messages/dead/00000000-0000-4000-8000-000000000000", {O, D, A}),
    ("POST", "/messages/dead/retry", {O, A}),
    ("PUT", "/held", {O, A}),
    ("GET", "/held/messages", ALL),
    ("POST", "/held/messages/discard", {O, A}),
    ("DELETE", "/held", {O, A}),
    ("POST", "/messages/dead/delete", {O, A}),
    ("GET", "/status", ALL),
    ("GET", "/audit", ALL),
    ("GET", "/audit/export", ALL),
    ("GET", "/servers/1/log", {O, D, A}),
    ("GET", "/servers/1/certificates", ALL),
    ("GET", "/servers/1/settings/history", ALL),
    ("GET", "/servers/1/settings/diff", {A}),
    ("POST", "/servers/1/doctor", {O, A}),
    ("GET", "/joining", {A}),
    ("DELETE", "/joining/tokens/it", {A}),
    ("GET", "/broker", ALL),
    ("GET", "/users/it/totp", {A}),
    ("DELETE", "/users/it/totp", {A}),
    ("POST", "/first-token", {A}),
    ("DELETE", "/servers/9", {A}),
    ("POST", "/servers/9/drain", {O, A}),
    ("POST", "/servers/9/ready", {O, A}),
    ("GET", "/openapi.json", ALL),
]


@pytest.mark.parametrize(("method", "path", "who"), MATRIX, ids=[f"{method} {path}" for method, path, _ in MATRIX])
def test_each_operation_is_forbidden_to_the_roles_without_its_right_and_unauthorized_to_nobody(
    world: Any, method: str, path: str, who: set[Role]
) -> None:
    revision = world.log.revision()
    for role in Role:
        result = world.call(method, path, user=role.value)
        # Without a body, an allowed request gets as far as being read, and no further.
        assert (result.status_code == 403) == (role not in who), (role, result.text)
        assert result.status_code not in {401, 500}
        if result.status_code == 403:
            assert result.json["error"]["code"] == "forbidden"
    for stranger in (None, "unknown", "%FF"):
        result = world.call(method, path, user=stranger)
        assert result.status_code == 401
        assert result.json["error"]["code"] == "unauthorized"
        assert "www-authenticate" in result.headers
    assert world.call(method, path, user="nothing").status_code == 403
    assert world.log.revision() == revision


def test_the_matrix_has_every_operation(world: Any) -> None:
    covered = set()
    for route in world.table:
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path))
        if any(method == route.method and pattern.fullmatch("/zato/api" + path) for method, path, _ in MATRIX):
            covered.add(route.operation)
    assert {route.operation for route in world.table} - covered == {"whoami", *SESSIONS, *OWN, *OPEN}


def test_anybody_with_credentials_may_ask_who_they_are(world: Any) -> None:
    answer = world.call("GET", "/whoami", user="nothing")
    assert answer.json["name"] == "nothing"
    assert answer.json["roles"] == []
    assert world.call("GET", "/whoami", user="admin").json["roles"] == ["admin"]
    operator = world.call("GET", "/whoami", user="operator").json
    assert "operate" in operator["rights"]
    assert "administer" not in operator["rights"]
    changes = {kind for kind, rights in operator["kinds"].items() if rights["change"]}
    assert "outgoing-rest" in changes
    assert not changes & {"server", "security-basic", "deployment"}
    assert world.call("GET", "/whoami", user=None).status_code == 401


def test_zatos_own_components_come_through_the_internal_door_and_may_deploy_only(world: Any) -> None:
    inside = {"zato.internal": True}
    assert world.call("GET", "/whoami", user=None, environ=inside).status_code == 401
    as_hotdeploy = {"X-Zato-Principal": "hotdeploy"}
    who = world.call("GET", "/whoami", user=None, environ=inside, headers=as_hotdeploy)
    assert (who.json["name"], who.json["roles"]) == ("hotdeploy", ["deployer"])
    body = {"name": "it", "value": {}}
    refused = world.call("POST", "/items/channel-rest", body, user=None, environ=inside, headers=as_hotdeploy)
    assert refused.status_code == 403
    as_admin = {"X-Zato-Principal": "admin"}
    assert world.call("GET", "/whoami", user=None, environ=inside, headers=as_admin).json["roles"] == ["admin"]
    assert world.call("GET", "/whoami", user=None, headers=as_admin).status_code == 401
    nobody = {"X-Zato-Principal": "nobody"}
    assert world.call("GET", "/whoami", user=None, environ=inside, headers=nobody).status_code == 401


def test_a_refused_attempt_is_in_the_audit_log(world: Any) -> None:
    name = "x" * 400 + "\U0001f600"
    world.call("PUT", f"/items/channel-rest/{name}", {"value": {}}, user="viewer", headers={"X-Zato-CID": "cid-of-it"})
    (entry,) = world.audit.entries(limit=1)
    assert (entry.principal, entry.action, entry.outcome, entry.cid) == (
        "viewer",
        "change-item",
        "forbidden",
        "cid-of-it",
    )
    assert entry.subject.startswith("channel-rest:xxx")


def test_a_page_of_another_site_cannot_make_a_browser_change_anything(world: Any) -> None:
    body = {"name": "it", "value": {}}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
    ):
        result = world.call("POST", "/items/channel-rest", body, headers=headers)
        assert (result.status_code, result.json["error"]["code"]) == (403, "cross-site")
    own = {"Origin": "https://falconframework.org", "Sec-Fetch-Site": "same-origin"}
    assert world.call("POST", "/items/channel-rest", body, headers=own).status_code == 400
