"""Status and audit log over HTTP, and the sentences about what is not well."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from typing import Any

from zato.broker.delivery import Counts
from zato.broker.embedded import EmbeddedInvocations
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.core.wheels import ALL_WHEELS_BYTES_MAX
from zato.odb.audit import AuditEntry
from zato.odb.deployments import DeploymentState
from zato.odb.members import Load
from zato.odb.wheels import Wheels

BY = {"author": "somebody", "cid": "some-cid", "sha256": "0" * 64}


def _member(world: Any, worker: str = "w1", server: int = 1) -> None:
    world.members.register_server(server, "localhost", "1.2.3", world.clock.now())
    world.members.register_worker(server, worker, world.clock.now())
    world.members.beat(worker, world.log.revision(), world.clock.now())


def test_a_cluster_that_is_well_has_no_problems(world: Any) -> None:
    _member(world)
    world.clock.advance(2)
    status = world.call("GET", "/status").json
    assert status["problems"] == []
    assert status["ok"] is True
    assert (status["version"], status["broker"]) == ("1.2.3", "embedded")
    assert status["odb"] == {"ok": True, "revision": world.log.revision(), "message": None}
    (worker,) = status["servers"][0]["workers"]
    assert (worker["alive"], worker["beat_age_seconds"]) == (True, 2.0)


def test_requests_in_flight_and_memory_of_each_server_are_told_and_change_no_etag(world: Any) -> None:
    _member(world)
    _member(world, "w2")
    _member(world, "earlier release", 2)
    now, revision = world.clock.now(), world.log.revision()
    world.members.beat("w1", revision, now, Load(2, 50_000_000))
    world.members.beat("w2", revision, now, Load(3, 60_000_000))
    found = world.call("GET", "/status")
    one, two = found.json["servers"]
    assert (one["in_flight"], one["memory_bytes"]) == (5, 110_000_000)
    assert [(each["in_flight"], each["memory_bytes"]) for each in one["workers"]] == [(2, 50_000_000), (3, 60_000_000)]
    assert (two["in_flight"], two["memory_bytes"]) == (None, None)
    world.members.beat("w1", revision, now, Load(0, 51_000_000))
    assert world.call("GET", "/status", headers={"If-None-Match": found.headers["etag"]}).status_code == 304
    world.clock.advance(60)  # what a dead one had last is nothing that the server has
    world.members.beat("w2", revision, world.clock.now(), Load(1, 1))
    assert world.call("GET", "/status").json["servers"][0]["in_flight"] == 1


def test_of_each_worker_it_is_told_which_versions_it_serves(world: Any) -> None:
    world.deployer.deploy("shop.py", b"first = 1", by=Author("ann", "cid"))
    _member(world, "behind")
    world.deployer.deploy("shop.py", b"second = 2", by=Author("ann", "cid"))
    _member(world, "current", 2)
    workers = [worker for server in world.call("GET", "/status").json["servers"] for worker in server["workers"]]
    assert {worker["worker"]: worker["deployments"] for worker in workers} == {
        "behind": {"shop.py": 1},
        "current": {"shop.py": 2},
    }


def test_a_silent_worker_is_a_problem(world: Any) -> None:
    _member(world)
    _member(world, "w2")
    world.clock.advance(60)
    world.members.beat("w2", world.log.revision(), world.clock.now())
    status = world.call("GET", "/status").json
    assert status["problems"] == ["Worker w1 of server 1 was last heard of 60 s ago."]
    world.clock.advance(60)
    problems = world.call("GET", "/status").json["problems"]
    assert any(problem.startswith("Server 1 has no living worker") for problem in problems)


def test_a_worker_that_does_not_apply_a_change_is_a_problem_once_the_change_is_old(world: Any) -> None:
    _member(world)
    value = {"service": "demo.echo", "path": "/echo"}
    world.call("POST", "/items/channel-rest", {"name": "echo", "value": value})
    assert world.call("GET", "/status").json["problems"] == []
    world.clock.advance(6)
    (problem,) = world.call("GET", "/status").json["problems"]
    assert f"serves from revision {world.log.revision() - 1} while {world.log.revision()}" in problem


def test_a_worker_that_has_only_just_started_is_given_the_time_to_apply_what_is_old(world: Any) -> None:
    world.members.register_server(1, "localhost", "1.2.3", world.clock.now())
    value = {"service": "demo.echo", "path": "/echo"}
    world.call("POST", "/items/channel-rest", {"name": "echo", "value": value})
    world.clock.advance(60)
    world.members.register_worker(1, "w1", world.clock.now())
    assert not any("serves from" in problem for problem in world.call("GET", "/status").json["problems"])
    world.clock.advance(6)
    assert any("serves from revision 0" in problem for problem in world.call("GET", "/status").json["problems"])


def test_a_deployment_in_progress_is_shown_and_one_that_is_stuck_is_a_problem(world: Any) -> None:
    _member(world)
    added = world.deployments.add(
        file_name="shop.py", module="shop", form="py", source=b"x", at=world.clock.now(), **BY
    )
    status = world.call("GET", "/status").json
    assert [one["id"] for one in status["deployments_in_progress"]] == [added.id]
    assert status["ok"] is True
    world.clock.advance(61)
    world.members.beat("w1", world.log.revision(), world.clock.now())
    (problem,) = world.call("GET", "/status").json["problems"]
    assert f"Deployment {added.id} of shop.py" in problem
    world.deployments.set_state(added.id, {DeploymentState.CHECKING}, DeploymentState.REJECTED, reason="gone")
    assert world.call("GET", "/status").json["problems"] == []


def test_a_security_definition_that_cannot_be_used_is_a_problem(world: Any) -> None:
    _member(world)
    world.call("POST", "/items/security-api-key", {"name": "shop", "value": {}})
    world.box = SecretBox(b"z" * 32)
    world.refresh()
    (problem,) = world.call("GET", "/status").json["problems"]
    assert problem.startswith("Nobody can use the API key 'shop':")


def test_a_cluster_without_servers_says_so(world: Any) -> None:
    assert world.call("GET", "/status").json["problems"] == ["No server has registered itself yet."]


def test_the_audit_log_comes_in_pages_newest_first(world: Any) -> None:
    first = world.call("GET", "/audit?limit=2").json
    second = world.call("GET", f"/audit?limit=1000&before={first['next']}").json
    ids = [entry["id"] for entry in [*first["entries"], *second["entries"]]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids) == len(world.audit.entries(limit=1000))
    assert second["next"] is None


def test_the_audit_log_says_from_where_and_by_what_means_and_is_asked_by_it(world: Any) -> None:
    value = {"service": "demo.echo", "path": "/echo"}
    headers = {"X-Zato-Peer": "127.0.0.9"}
    world.call("POST", "/items/channel-rest", {"name": "echo", "value": value}, headers=headers)
    world.call("POST", "/items/channel-rest", {"name": "e", "value": value}, user="viewer", headers=headers)
    world.call("DELETE", "/deployments/files/none.py", headers=headers)

    def found(query: str) -> list[tuple[str, str]]:
        answer = world.call("GET", f"/audit?{query}", user="viewer")
        assert answer.status_code == 200, answer.text
        return [(each["action"], each["outcome"]) for each in answer.json["entries"]]

    ours = [("undeploy", "not-found"), ("create-item", "forbidden"), ("create", "ok")]
    assert [each[0] for each in found("address=127.0.0.9")] == [each[0] for each in ours]
    assert found("principal=viewer") == found("outcome=forbidden") == ours[1:2]
    assert found("subject=channel-rest:*&principal=admin") == ours[2:]
    (entry,) = world.call("GET", "/audit?subject=channel-rest:echo").json["entries"]
    assert (entry["address"], entry["through"], entry["principal"]) == ("127.0.0.9", "basic", "admin")
    for wrong in ("since=yesterday", "principal=", "action=" + "x" * 61, "limit=0", "who=admin"):
        assert world.call("GET", f"/audit?{wrong}").status_code == 400


def test_the_audit_log_is_exported_as_csv_without_a_formula(world: Any) -> None:
    world.audit.add(None, AuditEntry(world.clock.now(), "=1+1", "c", "deploy", 'a "b",\nc', "ok", detail="@x"))
    answer = world.call("GET", "/audit/export?limit=1", user="viewer")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    ((heading), row) = csv.reader(io.StringIO(answer.text))
    assert heading[:4] == ["id", "at", "principal", "cid"]
    assert dict(zip(heading, row, strict=True)) | {"id": "", "at": ""} == {
        **dict.fromkeys(heading, ""),
        "principal": "'=1+1",
        "cid": "c",
        "action": "deploy",
        "subject": 'a "b",\nc',
        "outcome": "ok",
        "detail": "'@x",
    }
    rest = world.call("GET", f"/audit/export?before={answer.headers['x-zato-next']}")
    assert len(list(csv.reader(io.StringIO(rest.text)))) == len(world.audit.entries(limit=1000))
    assert "x-zato-next" not in rest.headers


def test_of_each_server_it_is_told_what_the_balancer_is_to_do_with_it(world: Any) -> None:
    _member(world)
    value = {"host": "10.0.0.7", "drain": True, "weight": 7}
    world.call("POST", "/items/server", {"name": "1", "value": value})
    world.call("POST", "/items/server", {"name": "server-2", "value": {"host": "10.0.0.8"}})
    _member(world, "w2", 2)
    world.refresh()
    first, second = world.call("GET", "/status").json["servers"]
    assert (first["address"], first["mode"], first["weight"]) == ("10.0.0.7", "drain", 7)
    assert (second["address"], second["mode"], second["weight"]) == ("10.0.0.8", "ready", 100)
    assert first["expected_revision"] == world.log.revision()
    assert world.call("GET", "/items/server/1").json["name"] == "server-1"


def test_wheels_that_were_uploaded_are_counted_beside_what_they_may_take(world: Any) -> None:
    entry = AuditEntry(world.clock.now(), "ann", "c" * 32, "upload-wheel", "wheel:a", "ok")
    Wheels(world.database).add("a-1.0-py3-none-any.whl", b"four", entry)
    found = world.call("GET", "/status").json["wheels"]
    assert found == {"files": 1, "size_bytes": 4, "size_bytes_max": ALL_WHEELS_BYTES_MAX}


def test_a_status_that_has_not_changed_is_not_sent_again(world: Any) -> None:
    _member(world)
    first = world.call("GET", "/status")
    etag = {"If-None-Match": first.headers["etag"]}
    world.clock.advance(1)
    world.members.beat("w1", world.log.revision(), world.clock.now())
    again = world.call("GET", "/status", headers=etag)
    assert (again.status_code, again.content) == (304, b"")
    world.clock.advance(20)
    assert world.call("GET", "/status", headers=etag).status_code == 200


def test_a_worker_whose_process_has_ended_is_not_alive(world: Any) -> None:
    _member(world, f"server-1/{os.getpid()}-abc123")
    gone = subprocess.Popen(["true"])
    gone.wait()
    _member(world, f"server-1/{gone.pid}-abc124")
    _member(world, f"server-2/{gone.pid}-abc125", 2)
    status = world.call("GET", "/status").json
    workers = {worker["worker"]: worker["alive"] for server in status["servers"] for worker in server["workers"]}
    alive = {name.partition("-abc")[2]: value for name, value in workers.items()}
    assert alive == {"123": True, "124": False, "125": True}, "of another machine nobody here knows"
    assert [finding["code"] for finding in status["findings"]] == ["ended-worker"]
    world.clock.advance(4)
    world.members.beat(f"server-1/{os.getpid()}-abc123", world.log.revision(), world.clock.now())
    status = world.call("GET", "/status").json
    assert [worker["alive"] for worker in status["servers"][1]["workers"]] == [False]


def test_messages_are_counted_once_for_all_that_is_told_of_them(world: Any) -> None:
    """RabbitMQ is asked over a connection that is made for it."""

    class Asked(EmbeddedInvocations):
        times = 0

        def counts(self) -> Counts:
            Asked.times += 1
            return Counts(waiting=2, dead=1)

    world.invocations = Asked(world.database, world.clock)
    world.serve()
    assert world.call("PUT", "/held", {"reason": "it is moved"}).status_code == 200
    Asked.times = 0
    found = world.call("GET", "/status").json
    assert found["messages"] == {"waiting": 2, "dead": 1}
    codes = {each["code"]: each["message"] for each in found["findings"]}
    assert codes["dead-letters"].startswith("1 message is a dead letter")
    assert "2 messages: it is moved" in codes["held"]
    assert Asked.times == 1
