"""`zato log` and the admin API's log, of requests that went through the running chain."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from support.cluster import RunningCluster
from support.doors import DOORS
from support.waiting import until
from zato.core.errors import InvalidInput, NotFound
from zato.logbook.ring import files, path_of

PASSWORD = "never to be in a log 4711"
SERVICE = "logged.fails"
SOURCE = """
import logging
from zato.server.service import Service

class Fails(Service):
    name = 'logged.fails'

    def handle(self):
        logging.getLogger('a.library').warning('library \\x1b[31m\\u202e told')
        self.logger.info('own line', connection='postgresql://me:hunter2-secret@db/x')
        raise ValueError('first\\nsecond \\x1b]0;evil\\x07')
"""


@pytest.fixture(scope="module")
def logged(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    api.deploy("logged.py", SOURCE.encode())
    api.create_item("channel-rest", "logged", {"service": SERVICE, "path": "/logged"})
    cluster.settle()
    yield cluster
    api.delete_item("channel-rest", "logged")


def entries(cluster: RunningCluster, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cluster.zato("log", "--json", *arguments).stdout)["lines"]
    return found


def traced(cluster: RunningCluster, cid: str, *processes: str) -> list[dict[str, Any]]:
    """Its lines, once each of these processes has said something of it."""
    until(lambda: {line["process"] for line in entries(cluster, cid)} >= set(processes))
    return entries(cluster, cid)


@pytest.mark.parametrize("door", DOORS)
def test_what_all_processes_have_said_of_a_request_is_found_by_its_correlation_id(
    logged: RunningCluster, door: str
) -> None:
    cid = logged.doors().get("/logged?q=1", door).headers["x-zato-cid"]
    other = logged.doors().get("/logged", door).headers["x-zato-cid"]
    edge = "haproxy" if door == "haproxy" else "lighttpd-1"
    lines = traced(logged, cid, edge, "server-1")
    assert {line["cid"] for line in lines} == {cid} != {other}
    (access,) = [line for line in lines if line["process"] == edge]
    assert {"path": "/logged", "status": "500", "method": "GET", "client": "127.0.0.1"}.items() <= access[
        "fields"
    ].items()
    (failure,) = [line for line in lines if "exception" in line]
    assert "ValueError: first\nsecond" in failure["exception"]
    of_service = entries(logged, cid, "--service", SERVICE)
    assert [line["message"].split()[0] for line in of_service] == ["library", "own", "Service"]
    assert entries(logged, cid, "--level", "warning", "--process", "server") == [of_service[0], of_service[2]]


def test_each_line_on_a_terminal_says_whose_it_is_and_does_nothing_to_it(logged: RunningCluster) -> None:
    cid = logged.request("GET", "/logged").headers["X-Zato-CID"]
    traced(logged, cid, "haproxy", "server-1")
    shown = logged.zato("log", cid).stdout
    lines = shown.splitlines()
    assert len(lines) > 8
    assert all(f"cid={cid}" in line for line in lines)
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    printed = [line for line in logged.said().splitlines() if line.startswith("server-1") and cid in line]
    assert any(line.endswith("| ValueError: first") for line in printed)


def test_where_nothing_matches_that_is_said(logged: RunningCluster) -> None:
    done = logged.zato("log", "0" * 32)
    assert (done.stdout, done.stderr) == (
        "",
        "Nothing in the log matches. That of another machine has: zato log --server N\n",
    )


def test_a_failure_says_with_which_command_its_log_is_read(logged: RunningCluster) -> None:
    said = logged.zato("service", "invoke", SERVICE, check=False).stderr
    cid = said.rpartition("zato log ")[2].strip()
    assert {line["cid"] for line in traced(logged, cid, "server-1")} == {cid}


def test_what_follows_is_shown_as_it_is_said(logged: RunningCluster) -> None:
    command = [
        sys.executable,
        "-m",
        "zato.cli.main",
        "--home",
        str(logged.layout.root),
        "log",
        "-f",
        "--json",
        "-n",
        "1",
    ]
    with subprocess.Popen([*command, "--service", SERVICE], stdout=subprocess.PIPE, text=True) as follower:
        try:
            assert follower.stdout is not None
            follower.stdout.readline()
            cid = logged.request("GET", "/logged").headers["X-Zato-CID"]
            found = [json.loads(follower.stdout.readline()) for _ in range(3)]
        finally:
            follower.terminate()
    assert [line["cid"] for line in found] == [cid] * 3


def test_pages_of_the_admin_api_lead_on_in_both_directions(logged: RunningCluster) -> None:
    api = logged.api()
    cids = [logged.request("GET", "/logged").headers["X-Zato-CID"] for _ in range(3)]
    traced(logged, cids[-1], "haproxy", "server-1")
    newest = api.log(1, service=SERVICE, limit=4)
    older = api.log(1, service=SERVICE, limit=4, before=newest["before"])
    again = api.log(1, service=SERVICE, limit=1000, after=older["after"])
    assert [line["cid"] for line in older["lines"] + newest["lines"]] == [cids[0]] + [cids[0]] + [cids[1]] * 3 + [
        cids[2]
    ] * 3
    assert again["lines"][:4] == newest["lines"]
    assert (newest["server"], newest["host"]) == (1, api.status()["servers"][0]["host"])
    remote = json.loads(logged.zato("log", "--json", "--server", "1", cids[0], "--service", SERVICE).stdout)["lines"]
    assert remote == entries(logged, cids[0], "--service", SERVICE)


@pytest.mark.parametrize(
    "query",
    [
        {"cid": "x"}, {"level": "loud"}, {"limit": 0}, {"limit": 1001}, {"since": "2026-11-30T13:00:00"},
        {"before": "x"}, {"after": "1"}, {"before": "1.0", "after": "1.0"}, {"file": "/etc/passwd"},
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(logged: RunningCluster, query: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        logged.api().log(1, **query)


def test_a_server_that_is_not_there_has_no_log(logged: RunningCluster) -> None:
    with pytest.raises(NotFound, match="there is: 1"):
        logged.api().log(63)
    assert logged.zato("log", "--server", "63", check=False).returncode == 1


def test_the_log_is_not_for_everybody_and_has_no_passwords(logged: RunningCluster) -> None:
    api = logged.api()
    for role in ("viewer", "operator"):
        api.create_item(
            "security-basic", f"log-{role}", {"username": f"log-{role}", "password": PASSWORD, "roles": [role]}
        )
    key = api.create_item("security-api-key", "log-key", {"roles": ["viewer"]})["generated"]

    def ask(role: str, path: str) -> tuple[int, Any]:
        headers = urllib3.make_headers(basic_auth=f"log-{role}:{PASSWORD}")
        answer = logged.request("GET", f"/zato/api{path}", headers=headers)
        return answer.status, answer.json()

    try:
        logged.settle()
        status, refused = ask("viewer", "/servers/1/log")
        assert (status, refused["error"]["code"]) == (403, "forbidden") and "operator" in refused["error"]["message"]
        assert ask("operator", "/servers/1/log?limit=1")[0] == 200
        logged.request("GET", "/logged", headers={"Authorization": "Basic bG9nLXZpZXdlcjp3cm9uZw=="})
        kept = b"".join(path_of(logged.layout.log, each).read_bytes() for each in files(logged.layout.log)).decode()
        secrets = [PASSWORD, "bG9nLXZpZXdlcjp3cm9uZw", *key.values()]
        assert not [secret for secret in secrets if secret in kept]
        shown = logged.zato("log", "-n", "100000").stdout
        assert "hunter2-secret" not in shown and "postgresql://me:******@db/x" in shown
    finally:
        for kind, name in (
            ("security-basic", "log-viewer"),
            ("security-basic", "log-operator"),
            ("security-api-key", "log-key"),
        ):
            api.delete_item(kind, name)
