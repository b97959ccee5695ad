"""Servers leave the balancer and come back under load, and no request fails."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.waiting import until

NOTICE = "waiting for the balancer to notice"
SLOW = """
import os
import time

from zato.server.service import Service


class Slow(Service):
    name = "drain.slow"

    def handle(self):
        time.sleep(1.5)
        self.response.payload = {"master": os.getppid()}


class Which(Service):
    name = "drain.which"

    def handle(self):
        self.response.payload = {"master": os.getppid()}
"""


@pytest.fixture(scope="module")
def two() -> Iterator[RunningCluster]:
    """A cluster of two servers that says which of them has answered."""
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--servers", "2", "--workers", "1")
        try:
            running.start()
            api = running.api()
            api.deploy("drain.py", SLOW.encode())
            for name in ("slow", "which"):
                api.create_item(
                    "channel-rest", name, {"service": f"drain.{name}", "path": f"/{name}", "methods": ["GET", "POST"]}
                )
            until(lambda: masters(running) == servers(running))
            yield running
        finally:
            running.stop()


def servers(cluster: RunningCluster) -> set[int]:
    return {cluster.pids()[f"server-{number}"] for number in (1, 2)}


def masters(cluster: RunningCluster, path: str = "/which") -> set[int]:
    """Of the servers that answer now; 0 for an answer that is not the service's."""
    with cluster.pool() as pool:
        return {json.loads(pool.request("GET", path, retries=False).data).get("master", 0) for _ in range(10)}


def said(cluster: RunningCluster, *arguments: str) -> object:
    return json.loads(cluster.zato(*arguments, "--json").stdout)


def test_draining_each_server_in_turn_fails_no_request(two: RunningCluster) -> None:
    """POST: HAProxy repeats none."""
    with two.pool() as pool, Load(pool, "/which", method="POST") as load:
        for number, other in ((1, 2), (2, 1)):
            assert said(two, "server", "drain", str(number)) == {"server": number, "draining": True, "taken_up": True}
            assert masters(two) == {two.pids()[f"server-{other}"]}
            assert said(two, "server", "ready", str(number)) == {"server": number, "draining": False, "taken_up": True}
            until(lambda: masters(two) == servers(two))
    print(f"Two servers drained under {len(load.samples)} requests: {len(load.failed())} failed")
    assert load.failed() == []


def test_stopping_each_server_in_turn_fails_no_request(two: RunningCluster) -> None:
    """By SIGTERM to its gunicorn master, which the supervisor starts again."""
    with two.pool() as pool, Load(pool, "/which", method="POST") as load:
        for number in (1, 2):
            before = two.pids()[f"server-{number}"]
            os.kill(before, signal.SIGTERM)
            until(lambda name=f"server-{number}", before=before: two.pids().get(name, before) != before)
            until(lambda: masters(two) == servers(two))
    assert two.said().count(NOTICE) >= 2
    print(f"Two servers stopped under {len(load.samples)} requests: {len(load.failed())} failed")
    assert load.failed() == []


def test_requests_under_way_are_finished_by_a_server_that_stops(two: RunningCluster) -> None:
    with two.pool() as pool, Load(pool, "/slow", method="POST", per_second=8) as load:
        time.sleep(0.5)
        before = two.pids()["server-1"]
        os.kill(before, signal.SIGTERM)
        until(lambda: two.pids().get("server-1", before) != before)
    assert load.failed() == []
    assert any(json.loads(sample.body)["master"] == before for sample in load.samples)


def test_a_drained_server_stays_so_when_it_is_started_again(two: RunningCluster) -> None:
    said(two, "server", "drain", "1")
    try:
        before = two.pids()["server-1"]
        os.kill(before, signal.SIGTERM)
        until(lambda: two.pids().get("server-1", before) not in {before})
        other = {two.pids()["server-2"]}
        for _ in range(10):
            assert masters(two) == other
            time.sleep(0.2)
    finally:
        said(two, "server", "ready", "1")
    until(lambda: masters(two) == servers(two))


def test_a_server_that_is_not_there_cannot_be_drained(two: RunningCluster) -> None:
    done = two.zato("server", "drain", "3", check=False)
    assert done.returncode == 1
    assert done.stderr == "zato: There is no server 3 in the cluster; there is: 1, 2.\n"


def test_a_whole_cluster_ends_without_waiting_for_its_balancer(two: RunningCluster) -> None:
    before = len(two.said())
    assert two.stop() == 0
    assert NOTICE not in two.said()[before:]
    two.start()
