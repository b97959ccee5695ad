"""The list of workers after some of them have ended without a word."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from typing import Any

from support.cluster import RunningCluster
from support.dead_workers import until_well
from support.waiting import until
from zato.host.settings import load_cluster
from zato.odb.database import Database
from zato.odb.members import Members
from zato.server.runtime import SILENT_AFTER


def status(cluster: RunningCluster) -> dict[str, Any]:
    found: dict[str, Any] = cluster.api().status()
    return found


def workers(cluster: RunningCluster) -> set[str]:
    return {worker["worker"] for server in status(cluster)["servers"] for worker in server["workers"]}


def test_a_killed_worker_is_a_problem_for_a_while_only(cluster: RunningCluster) -> None:
    until_well(cluster)
    before = workers(cluster)
    dead = sorted(before)[0]
    os.kill(int(dead.partition("/")[2].partition("-")[0]), signal.SIGKILL)
    until(lambda: len(workers(cluster) - before) == 1)
    database = Database(load_cluster(cluster.layout).odb)
    try:  # it is as if the minute was over by which a worker is given up
        assert Members(database).beat(dead, 0, datetime.now(UTC) - SILENT_AFTER)
    finally:
        database.dispose()
    found = status(cluster)
    if dead in workers(cluster):  # a living worker may have been faster
        assert not found["ok"]
        assert any(dead in problem for problem in found["problems"])
    took = until(lambda: dead not in workers(cluster))
    until(lambda: cluster.unwell() == [])
    print(f"The dead worker was listed for {took:.1f} s more")
