"""Deployments over HTTP."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace
from typing import Any, cast

import pytest

from zato.admin_api.schemas.deployments import SourceQuery
from zato.admin_api.sources import SourceOperations
from zato.core.errors import InvalidInput, TimeLimitExceeded, Unavailable
from zato.core.limits import SOURCE_BYTES_MAX
from zato.deployment.loader.zip_archive import read_archive

PYTHON = "text/x-python"


def _deploy(world: Any, source: bytes = b"x = 1", name: str = "shop.py", **more: Any) -> Any:
    arguments = {"raw": source, "content_type": PYTHON, "user": "deployer", **more}
    return world.call("POST", f"/deployments?file_name={name}", **arguments)


def test_a_file_is_deployed_listed_and_looked_at(world: Any) -> None:
    created = _deploy(world)
    assert created.status_code == 201, created.text
    deployment = created.json
    assert (deployment["state"], deployment["author"], deployment["size_bytes"]) == ("active", "deployer", 5)
    assert created.headers["location"] == f"/zato/api/deployments/{deployment['id']}"
    assert world.call("GET", "/deployments").json["deployments"] == [deployment]
    assert world.call("GET", "/deployments?file_name=other.py").json["deployments"] == []
    world.deployments.report(deployment["id"], "w1", True, None, world.clock.now())
    looked_at = world.call("GET", f"/deployments/{deployment['id']}").json
    assert [report["worker"] for report in looked_at["reports"]] == ["w1"]


def test_a_refused_file_is_answered_with_reason_file_and_line_and_audited(world: Any) -> None:
    result = _deploy(world, b"syntax error", headers={"X-Zato-CID": "cid-of-it"})
    error = result.json["error"]
    assert (result.status_code, error["code"]) == (400, "deployment-rejected")
    assert error["message"] == "shop.py:3: invalid syntax"
    assert "line: 3" in error["details"]
    (entry,) = world.audit.entries(limit=1)
    assert (entry.action, entry.subject, entry.outcome, entry.cid) == (
        "deploy",
        "deployment:shop.py",
        "deployment-rejected",
        "cid-of-it",
    )
    assert entry.principal == "deployer"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "shop",
        "shop.txt",
        "../shop.py",
        "..%2Fshop.py",
        "a/b.py",
        "%00.py",
        "shop.py%0d%0aX-Evil:%201",
        "os.py",
        "zato.py",
        "class.py",
        "x" * 300 + ".py",
        "sh%C3%B6p.py",
        "-rf.py",
        "'; DROP TABLE zt_item; --.py",
    ],
)
def test_only_a_modules_or_archives_name_is_taken(world: Any, name: str) -> None:
    result = _deploy(world, name=name)
    assert result.status_code == 400
    assert result.json["error"]["code"] in {"invalid-input", "deployment-rejected"}
    assert world.deployments.list() == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sh%C3%B6p.py", "'shöp' cannot be a module's name: use a letter and then letters, digits, underscores"),
        ("my%20shop.py", "'my shop' cannot be a module's name"),
        ("_shop.py", "'_shop' cannot be a module's name"),
        ("my%20shop.zip", "an archive's name has ASCII letters, digits, dots, underscores and hyphens"),
        ("shop.txt", "only NAME.py and NAME.zip can be deployed"),
    ],
)
def test_what_is_wrong_with_a_name_is_said_in_words(world: Any, name: str, expected: str) -> None:
    error = _deploy(world, name=name).json["error"]
    assert error["code"] == "deployment-rejected"
    assert expected in error["message"]


def test_an_empty_and_an_oversized_file_are_refused_before_they_are_kept(world: Any) -> None:
    assert _deploy(world, b"").json["error"]["code"] == "deployment-rejected"
    declared = _deploy(world, b"", headers={"Content-Length": str(SOURCE_BYTES_MAX + 1)})
    assert (declared.status_code, declared.json["error"]["code"]) == (413, "too-large")
    assert _deploy(world, b"x" * (SOURCE_BYTES_MAX + 1)).status_code == 413
    assert world.deployments.list() == []


def test_a_form_of_another_site_could_not_deploy(world: Any) -> None:
    for content_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", None):
        assert _deploy(world, content_type=content_type).status_code == 415
    assert world.deployments.list() == []


def test_an_earlier_version_is_activated_again_by_its_number_or_by_its_items_revision(world: Any) -> None:
    first, second = _deploy(world, b"x = 1").json, _deploy(world, b"x = 2").json
    assert world.publisher.get("deployment", "shop.py").value.deployment_id == second["id"]
    again = world.call("POST", f"/deployments/{first['id']}/activate", user="deployer")
    assert (again.status_code, again.json["state"]) == (200, "active")
    assert world.publisher.get("deployment", "shop.py").value.deployment_id == first["id"]
    rollback = {"revision": second["revision"]}
    stale = world.call("POST", "/items/deployment/shop.py/rollback", {**rollback, "started_from": second["revision"]})
    assert (stale.status_code, stale.json["error"]["code"]) == (409, "stale-revision")
    back = world.call("POST", "/items/deployment/shop.py/rollback", rollback, user="deployer")
    assert back.json["value"]["deployment_id"] == second["id"]
    assert world.call("POST", "/items/deployment/shop.py/rollback", {"revision": 1}).status_code == 404


def test_a_file_is_withdrawn(world: Any) -> None:
    _deploy(world)
    gone = world.call("DELETE", "/deployments/files/shop.py", user="deployer")
    assert gone.json == {"file_name": "shop.py", "revision": world.log.revision()}
    assert world.call("DELETE", "/deployments/files/shop.py").status_code == 404
    assert world.call("DELETE", "/deployments/files/..%5C..").status_code == 404


def test_files_are_withdrawn_together_or_not_at_all(world: Any) -> None:
    def undeploy(*names: str, **more: Any) -> Any:
        target = "/deployments/together/undeploy" + more.pop("query", "")
        return world.call("POST", target, {"file_names": list(names)}, **{"user": "deployer", **more})

    for name in ("a.py", "b.py"):
        _deploy(world, name=name)
    revision = world.log.revision()
    previewed = undeploy("a.py", "b.py", query="?dry_run=true")
    assert [(one["name"], one["action"]) for one in previewed.json["items"]] == [("a.py", "delete"), ("b.py", "delete")]
    assert undeploy("a.py", "nothing.py").status_code == 404
    assert world.audit.entries(limit=1)[0].subject == "deployment:a.py,nothing.py"
    assert undeploy("a.py", "a.py").json["error"]["message"] == "A file is named twice; name each once."
    for wrong in ([], ["../a.py"], ["a.py"] * 101):
        assert undeploy(*wrong).status_code == 400
    assert undeploy("a.py", user="viewer").status_code == 403
    assert world.log.revision() == revision
    gone = undeploy("b.py", "a.py")
    assert gone.json == {"file_names": ["b.py", "a.py"], "revision": world.log.revision()}
    assert undeploy("a.py").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "9" * 30, "1%00", "٣", "999999"])
def test_a_deployment_that_is_not_there_is_not_found(world: Any, number: str) -> None:
    assert world.call("GET", f"/deployments/{number}").status_code == 404
    assert world.call("POST", f"/deployments/{number}/activate").status_code == 404


def test_a_deployment_that_takes_too_long_is_audited_too(world: Any) -> None:
    world.deployer.fails_with = TimeLimitExceeded("Not all workers have reported within 6 s.")
    assert _deploy(world).status_code == 504
    assert world.audit.entries(limit=1)[0].outcome == "time-limit-exceeded"


def test_who_does_not_wait_is_told_at_once_with_the_workers_that_are_to_have_it(world: Any) -> None:
    world.members.register_worker(1, "server-1/5", world.clock.now())
    world.members.register_worker(1, "server-1/6", world.clock.now())
    world.members.beat("server-1/5", 10_000, world.clock.now())
    target = "/deployments?file_name=shop.py&wait=false"
    begun = world.call("POST", target, raw=b"x = 1", content_type=PYTHON, user="deployer")
    assert (begun.status_code, begun.json["expected"]) == (202, ["server-1/5", "server-1/6"])
    found = world.call("GET", f"/deployments/{begun.json['id']}").json
    assert (found["expected"], found["serving"]) == (["server-1/5", "server-1/6"], ["server-1/5"])
    world.clock.advance(60)
    assert world.call("GET", f"/deployments/{begun.json['id']}").json["expected"] == []


def test_files_are_deployed_together(world: Any) -> None:
    files = [{"file_name": name, "source": "eCA9IDE="} for name in ("a.py", "b.py")]
    found = world.call("POST", "/deployments/together", {"files": files}, user="deployer")
    assert found.status_code == 201, found.text
    assert [one["file_name"] for one in found.json["deployments"]] == ["a.py", "b.py"]
    previewed = world.call("POST", "/deployments/together?dry_run=true", {"files": files}, user="deployer")
    assert (previewed.status_code, sorted(previewed.json)) == (200, ["items", "kept", "revision", "unused_values"])
    twice = world.call("POST", "/deployments/together", {"files": [files[0], files[0]]})
    assert twice.json["error"]["message"] == "A file is given twice; give each once."
    incomplete: list[list[dict[str, str]]] = [[], [{"file_name": "a.py", "source": "-"}], [{"file_name": "a.py"}]]
    for listed in incomplete:
        assert world.call("POST", "/deployments/together", {"files": listed}).status_code == 400


def test_the_source_of_a_deployment_and_of_each_file_in_it_can_be_read(world: Any) -> None:
    number = _deploy(world).json["id"]
    assert world.call("GET", f"/deployments/{number}/source", user="viewer").content == b"x = 1"
    assert world.call("GET", f"/deployments/{number}/source?path=shop.py").content == b"x = 1"
    assert world.call("GET", f"/deployments/{number}/files").json["files"] == [
        {"path": "shop.py", "size_bytes": 5, "is_text": True}
    ]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("shop/__init__.py", "")
        archive.writestr("shop/logo.png", b"\x89\0")
    zipped = _deploy(world, data.getvalue(), "goods.zip", content_type="application/zip").json["id"]
    listed = world.call("GET", f"/deployments/{zipped}/files").json["files"]
    assert [(one["path"], one["is_text"]) for one in listed] == [("shop/__init__.py", True), ("shop/logo.png", False)]
    logo = world.call("GET", f"/deployments/{zipped}/source?path=shop/logo.png")
    assert (logo.content, logo.headers["content-type"]) == (b"\x89\0", "application/octet-stream")
    for missing in (f"{zipped}/source?path=../x", f"{zipped}/source?path=shop", "999/source", "999/files"):
        assert world.call("GET", f"/deployments/{missing}").status_code == 404


class ActiveRequest:
    """The request, which there is so much memory for."""

    abandoned = False

    def __init__(self, limit: int) -> None:
        self.left = limit

    def needs(self, number: int) -> None:
        if number > self.left:
            raise Unavailable("Others have it.", code="memory-busy")
        self.left -= number


def test_reading_what_is_in_a_zip_needs_the_memory_that_it_is_unpacked_into() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shop/__init__.py", b" " * 1_000_000)
    source, needed = data.getvalue(), list[int]()
    assert len(read_archive("shop.zip", source, needed.append)["shop/__init__.py"]) == 1_000_000
    assert needed == [1_000_000]
    active = ActiveRequest(len(source) + 1_000)
    call = SimpleNamespace(environ={"zato.request": active}, params={"id": "7"}, query=SourceQuery(path="shop/x.py"))
    deployment = SimpleNamespace(id=7, file_name="shop.zip", size_bytes=len(source))
    kept = SimpleNamespace(get=lambda _id: deployment, source=lambda _id: source)
    operations = SourceOperations(cast(Any, kept))
    for read in (operations.files, operations.source):
        active.left = len(source) + 1_000
        with pytest.raises(Unavailable):
            read(cast(Any, call))
        assert active.left == 1_000


def test_what_a_check_is_refused_for_is_no_entry_of_the_audit_log(world: Any) -> None:
    deployment = _deploy(world).json
    before = world.audit.entries()
    world.deployer.checks_fail_with = InvalidInput("It does not pass.", code="deployment-rejected")
    for method, path, body in (
        ("POST", f"/deployments/{deployment['id']}/activate?dry_run=true", None),
        ("DELETE", "/deployments/files/shop.py?dry_run=true", None),
        ("POST", "/items/deployment/shop.py/rollback?dry_run=true", {"revision": deployment["revision"]}),
    ):
        refused = world.call(method, path, body, user="deployer")
        assert refused.json["error"]["code"] == "deployment-rejected", path
    assert world.audit.entries() == before
