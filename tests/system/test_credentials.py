"""Who is not let in, and what they are told: one sentence for all who are nobody, another for those who may not."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from support.client_certificates import ForeignAuthority
from support.cluster import RunningCluster
from support.doors import BALANCER, DIRECT, Answer
from support.waiting import until

pytestmark = pytest.mark.usefixtures("unharmed")

PATH = "/hostile/credentials"
PASSWORD = "a long password"
KEY = "0123456789abcdef-credentials"
ONE_MESSAGE = "Credentials are missing or not valid."


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


NOBODY = {
    "no credentials": {},
    "wrong password": basic("cred-right", "wrong password"),
    "empty password": basic("cred-right", ""),
    # lighttpd keeps such a password for seconds as the right one, so nobody else has this user
    "password and NUL": basic("cred-nul", PASSWORD + "\0"),
    "unknown user": basic("cred-nobody", PASSWORD),
    "switched off": basic("cred-off", PASSWORD),
    "expired": basic("cred-expired", PASSWORD),
    "no base64": {"Authorization": "Basic ####"},
    "no colon": {"Authorization": "Basic YWJj"},
    "no value": {"Authorization": "Basic"},
    "other scheme": {"Authorization": "Digest a.b.c"},
    "wrong key": {"X-API-Key": KEY + "x"},
    "empty key": {"X-API-Key": ""},
    "expired key": {"X-API-Key": KEY + "-expired"},
    "key in another header": {"X-Other-Key": KEY},
    "key with what is not ASCII": {"X-API-Key": "é".encode().decode("latin-1")},
    "injection": basic("' OR '1'='1", "' OR '1'='1"),
}


@pytest.fixture(scope="module")
def guarded(hostile: RunningCluster) -> Iterator[RunningCluster]:
    api = hostile.api()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    users: dict[str, dict[str, object]] = {
        "cred-right": {},
        "cred-other": {},
        "cred-nul": {},
        "cred-off": {"active": False},
        "cred-expired": {"expires": later},
    }
    for name, more in users.items():
        api.create_item("security-basic", name, {"username": name, "password": PASSWORD, **more})
    keys: dict[str, tuple[str, dict[str, object]]] = {
        "cred-key": (KEY, {}),
        "cred-expired-key": (KEY + "-expired", {"expires": later}),
    }
    for name, (key, more) in keys.items():
        api.create_item("security-api-key", name, {"key": key, **more})
    security = ["cred-right", "cred-nul", "cred-off", "cred-expired", *keys]
    value = {"service": "hostile.echo", "path": PATH, "methods": ["GET"], "security": security}
    api.create_item("channel-rest", "hostile-credentials", value)
    doors = hostile.doors()

    def let_in(headers: dict[str, str]) -> bool:
        return doors.get(PATH, headers=headers).status == 200

    expiring = (basic("cred-expired", PASSWORD), {"X-API-Key": KEY + "-expired"})
    hostile.settle()
    assert all(map(let_in, (basic("cred-right", PASSWORD), *expiring)))
    for kind, name in (("security-basic", "cred-expired"), ("security-api-key", "cred-expired-key")):
        item = api.item(kind, name)
        soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
        api.update_item(kind, name, {**item["value"], "expires": soon}, item["revision"])
    until(lambda: not any(map(let_in, expiring)))
    yield hostile
    api.delete_item("channel-rest", "hostile-credentials")
    for name in users:
        api.delete_item("security-basic", name)
    for name in keys:
        api.delete_item("security-api-key", name)


def refusal(answer: Answer) -> tuple[int, str, str]:
    error = answer.json["error"]
    assert error["cid"] == answer.headers["x-zato-cid"]
    assert error.get("details", []) == []
    return answer.status, error["code"], error["message"]


@pytest.mark.parametrize("title", NOBODY)
@pytest.mark.parametrize("path", [PATH, "/zato/api/status", "/zato/api/openapi.json", "/zato/metrics"])
def test_whoever_is_nobody_gets_one_answer(guarded: RunningCluster, door: str, title: str, path: str) -> None:
    answer = guarded.doors().get(path, door, headers=NOBODY[title])
    assert refusal(answer) == (401, "unauthorized", ONE_MESSAGE)
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_right_credentials_are_let_in(guarded: RunningCluster, door: str) -> None:
    for headers, name in [(basic("cred-right", PASSWORD), "cred-right"), ({"X-API-Key": KEY}, "cred-key")]:
        assert guarded.doors().get(PATH, door, headers=headers).json["principal"] == name


def test_a_principal_that_the_channel_does_not_list_is_forbidden(guarded: RunningCluster, door: str) -> None:
    admin = guarded.layout.pki / "admin.crt"
    for more in ({"headers": basic("cred-other", PASSWORD)}, {"certificate": admin}):
        status, code, _ = refusal(guarded.doors().get(PATH, door, **more))
        assert (status, code) == (403, "forbidden")


CHANGES = [
    ("GET", "/zato/api/status", b""),
    ("GET", "/zato/api/items/security-basic", b""),
    ("POST", "/zato/api/items/channel-rest", b'{"name":"x","value":{"service":"hostile.echo","path":"/x"}}'),
    ("DELETE", "/zato/api/items/channel-rest/hostile-credentials?revision=1", b""),
    ("POST", "/zato/api/rollback", b'{"revision":1}'),
    ("POST", "/zato/api/services/hostile.echo/invoke", b"{}"),
    ("POST", "/zato/api/deployments?file_name=x.py", b"raise SystemExit"),
    ("GET", "/zato/api/export", b""),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=[f"{method} {path}" for method, path, _ in CHANGES])
def test_a_principal_without_the_right_is_forbidden(
    guarded: RunningCluster, door: str, method: str, path: str, body: bytes
) -> None:
    headers = {**basic("cred-right", PASSWORD), "Content-Type": "application/json"}
    revision = guarded.api().status()["odb"]["revision"]
    answer = guarded.doors().get(path, door, method=method, headers=headers, body=body)
    status, code, message = refusal(answer)
    assert (status, code) == (403, "forbidden")
    assert "cred-right" in message
    assert guarded.api().status()["odb"]["revision"] == revision


def test_a_certificate_of_another_authority_names_nobody(guarded: RunningCluster) -> None:
    foreign = ForeignAuthority(guarded.layout.root.parent / "foreign", "Foreign CA")
    certificate = foreign.issue("admin")
    for door in (BALANCER, DIRECT):
        answer = guarded.doors().get("/zato/api/whoami", door, certificate=certificate)
        assert answer.status in {0, 401}
