"""An inactive server gets no requests, on the real chain and under load."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.waiting import eventually

WHERE = """
import os
import time
from zato.server.service import Service

class Where(Service):
    def handle(self):
        time.sleep(0.02)
        self.response.payload = {'process': os.getpid()}
"""


@pytest.fixture(scope="module")
def cluster(two: RunningCluster, tmp_path_factory: pytest.TempPathFactory) -> RunningCluster:
    """With a service that says which process has answered."""
    file = tmp_path_factory.mktemp("where") / "where.py"
    file.write_text(WHERE)
    two.zato("service", "deploy", str(file))
    two.zato("config", "set", "channel-rest", "where", "service=where.where", "path=/where")
    return two


def activate(cluster: RunningCluster, number: int, *, active: bool) -> None:
    cluster.zato("config", "set", "server", f"server-{number}", f"active={json.dumps(active)}")


def answering(cluster: RunningCluster, since: float, load: Load) -> Counter[int]:
    """Numbers of the servers that answered requests which began after that moment."""
    servers = {pid: number for number in (1, 2) for pid in cluster.worker_pids(number)}
    samples = [sample for sample in load.samples if sample.started >= since]
    return Counter(servers[json.loads(sample.body)["process"]] for sample in samples if sample.status == 200)


def test_an_inactive_server_gets_nothing_within_a_second_and_no_request_fails(cluster: RunningCluster) -> None:
    with cluster.pool() as pool, Load(pool, "/where", per_second=60) as load:
        assert eventually(lambda: set(answering(cluster, 0, load)) == {1, 2})
        activate(cluster, 2, active=False)
        time.sleep(1)
        changed = time.monotonic()
        time.sleep(1)
        assert set(answering(cluster, changed, load)) == {1}
        activate(cluster, 2, active=True)
        back = time.monotonic()
        assert eventually(lambda: set(answering(cluster, back, load)) == {1, 2})
    assert Counter(sample.status for sample in load.samples) == {200: len(load.samples)}


def test_a_haproxy_that_was_started_again_is_told_again(cluster: RunningCluster) -> None:
    activate(cluster, 1, active=False)
    try:
        time.sleep(1)
        old = cluster.pids()["haproxy"]
        os.kill(old, signal.SIGTERM)
        assert eventually(lambda: cluster.pids().get("haproxy", old) != old and cluster.answers())
        time.sleep(1)
        since = time.monotonic()
        with cluster.pool() as pool, Load(pool, "/where", per_second=40) as load:
            time.sleep(1)
        assert set(answering(cluster, since, load)) == {2}
    finally:
        activate(cluster, 1, active=True)


def test_the_last_active_server_stays_in_use_and_status_says_so(cluster: RunningCluster) -> None:
    activate(cluster, 1, active=False)
    activate(cluster, 2, active=False)
    try:
        time.sleep(1)
        since = time.monotonic()
        with cluster.pool() as pool, Load(pool, "/where", per_second=40) as load:
            time.sleep(1)
        assert set(answering(cluster, since, load)) == {2}
        assert Counter(sample.status for sample in load.samples) == {200: len(load.samples)}
        problems = cluster.api().status()["problems"]
        assert [problem for problem in problems if "the balancer goes on using server-2" in problem]
        assert eventually(lambda: "The last server is kept in use" in cluster.said())
    finally:
        activate(cluster, 2, active=True)
        activate(cluster, 1, active=True)
    assert eventually(lambda: not cluster.api().status()["problems"])
