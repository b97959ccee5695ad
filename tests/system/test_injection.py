"""What is written into a field of the configuration stays text: returned as it is, or refused with 400."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from support.cluster import RunningCluster
from support.dead_workers import until_well
from support.doors import BALANCER, DIRECT
from support.injections import INJECTIONS
from support.waiting import until
from zato.agent.haproxy import files as haproxy_files
from zato.agent.lighttpd import files as lighttpd_files
from zato.config.kinds import KINDS

pytestmark = pytest.mark.usefixtures("unharmed")

MASK = "******"
# Versions of files are changed by deploying only; see test_no_item_of_a_deployment_is_made_by_hand
KINDS_TO_CHANGE = [kind for kind in KINDS if kind != "deployment"]
IDS = [text.encode("unicode_escape").decode()[:30] for text in INJECTIONS]


class Admin:
    """The administrator over one kept-alive connection, who sees statuses and bodies as they are."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        answer = self._pool.request(method, f"/zato/api{path}", body=data, headers=headers, retries=False)
        assert answer.status < 500, (method, path, body, answer.data)
        assert b"Traceback" not in answer.data
        assert not any("evil" in name.lower() for name in answer.headers)
        return answer


@pytest.fixture(scope="module")
def admin(hostile: RunningCluster) -> Iterator[Admin]:
    with hostile.pool("admin") as pool:
        yield Admin(pool)


@pytest.fixture(scope="module", autouse=True)
def sound_afterwards(hostile: RunningCluster, admin: Admin) -> Iterator[None]:
    """The whole configuration is what it was, and every program that reads it finds it valid."""
    before = yaml.safe_load(admin.call("GET", "/export").data)
    yield
    until_well(hostile)
    assert yaml.safe_load(admin.call("GET", "/export").data) == before
    haproxy_files.check_in_place(hostile.layout)
    server = hostile.layout.server(1)
    lighttpd_files.check(server, hostile.layout.pki / "lighttpd-1.crt")
    odb = sqlite3.connect(f"file:{hostile.layout.odb}?mode=ro", uri=True)
    try:
        assert odb.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert odb.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        odb.close()


def kept_as_it_is(admin: Admin, kind: str, name: str, value: dict[str, Any], field: str) -> bool:
    """Whether the item was taken; then it is the same text everywhere that it is shown."""
    answer = admin.call("POST", f"/items/{kind}", {"name": name, "value": value})
    if answer.status == 400:
        error = answer.json()["error"]
        assert error["message"] and error["cid"]
        return False
    assert answer.status == 201, answer.data
    path = f"/items/{kind}/{quote(name, safe='')}"
    item = admin.call("GET", path).json()
    wanted = [value[field], MASK]
    assert item["value"][field] in wanted
    changes = admin.call("GET", f"{path}/history").json()["changes"]
    assert changes[0]["value"][field] in wanted
    exported = yaml.safe_load(admin.call("GET", "/export").data)
    if item["value"][field] != MASK:
        assert value[field] in _texts(exported)
    assert admin.call("DELETE", f"{path}?revision={item['revision']}").status == 200
    return True


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        yield value
        for one in value:
            yield from _texts(one)
    else:
        yield value


@pytest.mark.parametrize("kind", KINDS_TO_CHANGE)
def test_a_text_in_any_field_of_any_kind_is_kept_as_it_is_or_refused(admin: Admin, kind: str) -> None:
    example = KINDS[kind].example
    name = "server-63" if kind == "server" else f"injected-{kind}"
    taken = 0
    for field in KINDS[kind].struct.__struct_fields__:
        for text in INJECTIONS:
            value = {**KNOWN.get(kind, example), field: text}
            taken += kept_as_it_is(admin, kind, name, value, field)
    print(f"{kind}: {taken} kept as text")


# Examples refer to what is not there
KNOWN: dict[str, dict[str, Any]] = {
    "channel-rest": {"service": "hostile.echo", "path": "/injected"},
    "channel-http": {"service": "hostile.echo", "path": "/injected"},
}


@pytest.mark.parametrize("text", INJECTIONS, ids=IDS)
def test_a_text_in_a_list_or_a_key_is_kept_as_it_is_or_refused(admin: Admin, text: str) -> None:
    base = {"service": "hostile.echo", "path": "/injected"}
    for field in ("security", "methods"):
        assert not kept_as_it_is(admin, "channel-rest", "injected", {**base, field: [text]}, field)
    assert not kept_as_it_is(admin, "channel-rest", "injected", {**base, text: text}, text)
    assert admin.call("POST", "/items/channel-rest", {"name": "x", "value": base, text: 1}).status == 400


@pytest.mark.parametrize("text", INJECTIONS, ids=IDS)
def test_a_text_as_a_name_is_refused(admin: Admin, text: str) -> None:
    for kind in KINDS_TO_CHANGE:
        value = {**KINDS[kind].example, **KNOWN.get(kind, {})}
        assert admin.call("POST", f"/items/{kind}", {"name": text, "value": value}).status == 400


@pytest.mark.parametrize("text", INJECTIONS, ids=IDS)
def test_a_text_in_a_path_or_a_query_finds_nothing(admin: Admin, text: str) -> None:
    encoded = quote(text, safe="")
    for path in (f"/items/{encoded}", f"/items/channel-rest/{encoded}", f"/deployments/{encoded}"):
        assert admin.call("GET", path).status in {400, 404}
    for query in ("limit", "after", "revision", encoded):
        assert admin.call("GET", f"/items/channel-rest?{query}={encoded}").status in {200, 400}
    assert admin.call("GET", f"/diff?from=0&name={encoded}").status in {200, 400}
    assert admin.call("POST", f"/services/{encoded}/invoke", {}).status in {400, 404}
    assert admin.call("DELETE", f"/deployments/files/{encoded}").status in {400, 404}


def test_what_was_taken_is_served_as_text(hostile: RunningCluster, admin: Admin) -> None:
    """A path of a channel that looks like SQL, a template, a shell command: a path like any other."""
    doors = hostile.doors()
    for number, text in enumerate(("'; DROP TABLE zt_item; --", "${x}", "$(id);id", "a{{7*7}}b", "<script>", "%s")):
        path = "/injected/" + text.replace(" ", "")
        name = f"injected-path-{number}"
        answer = admin.call(
            "POST", "/items/channel-rest", {"name": name, "value": {**KNOWN["channel-rest"], "path": path}}
        )
        if answer.status == 400:
            continue
        encoded = quote(path)
        until(lambda encoded=encoded: doors.get(encoded).status == 200)
        for door in (BALANCER, DIRECT):
            assert doors.get(encoded, door).json["path"] == path
        assert path in admin.call("GET", "/openapi.json").json()["paths"]
        admin.call("DELETE", f"/items/channel-rest/{name}?revision={answer.json()['revision']}")


def test_a_user_name_that_looks_like_anything_else_lets_in_that_user_only(
    hostile: RunningCluster, admin: Admin
) -> None:
    doors = hostile.doors()
    password = "$(id) ${x} {{7*7}} '; --"
    for number, user in enumerate(("' OR '1'='1", "{{ 7*7 }}", "${x}", "$(id)", "%s")):
        name = f"injected-user-{number}"
        body = {"name": name, "value": {"username": user, "password": password}}
        item = admin.call("POST", "/items/security-basic", body).json()
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {encoded}"}
        until(lambda headers=headers: doors.get("/zato/api/whoami", headers=headers).status == 200)
        assert doors.get("/zato/api/whoami", DIRECT, headers=headers).json["name"] == name
        admin.call("DELETE", f"/items/security-basic/{name}?revision={item['revision']}")


def test_no_item_of_a_deployment_is_made_by_hand(admin: Admin) -> None:
    for text in INJECTIONS:
        value = {**KINDS["deployment"].example, "module": text}
        answer = admin.call("POST", "/items/deployment", {"name": "hostile.py", "value": value})
        assert answer.status in {400, 409}


def test_a_document_of_yaml_that_makes_objects_is_refused(hostile: RunningCluster) -> None:
    documents = [
        b"!!python/object/apply:os.system ['id']",
        b"items: !!python/name:os.system",
        b"a: &a [*a]",
        b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
        b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]",
        b"[" * 100_000,
        b"\xff\xfe",
        b"\x00",
    ]
    with hostile.pool("admin") as pool:
        for document in documents:
            answer = pool.request(
                "POST",
                "/zato/api/import",
                body=document,
                headers={"Content-Type": "application/yaml"},
                retries=False,
            )
            assert answer.status == 400, (document[:40], answer.status, answer.data)
            assert b"Traceback" not in answer.data
