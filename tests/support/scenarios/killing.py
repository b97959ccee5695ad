"""kill -9 of workers under a load of idempotent requests."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial

from support.cluster import RunningCluster
from support.load import Load, Sample, told
from support.scenarios.workers import open_channel
from support.waiting import until

METHODS = ("GET", "PUT", "DELETE")
_LOAD_SECONDS = 900.0
_BETWEEN_SECONDS = 0.3
_REPEATED = re.compile(r'"path":"\\/killed".*"retries":"\+?[1-9]')
# A request takes long enough for most kills to meet one
_SOURCE = b"""
import time
from zato.server.service import Service

class Show(Service):
    name = 'killed.show'

    def handle(self):
        time.sleep(0.02)
        self.response.payload = {'method': self.request.http.method}
"""


@dataclass(frozen=True, slots=True)
class Killed:
    """`workers` were killed, each seen to have gone and followed by another one.

    `repeated` requests were under way in one of them: HAProxy says that it sent them again.
    """

    workers: int
    repeated: int
    requests: Counter[str]
    lowest_rate: float
    slowest_seconds: float
    failed: list[Sample]

    def __str__(self) -> str:
        methods = ", ".join(f"{self.requests[method]} {method}" for method in METHODS)
        return (
            f"{self.workers} workers killed under {methods} (never below {self.lowest_rate:.0f} a second, slowest "
            f"{self.slowest_seconds:.2f} s): "
            f"{self.repeated} repeated by HAProxy, {told(self.failed)}"
        )


def kill_workers(cluster: RunningCluster, count: int) -> Killed:
    """Kill `count` workers one by one, each somewhere between two requests or in the middle of one."""
    api = cluster.api()
    api.deploy("killed.py", _SOURCE)
    open_channel(cluster, "killed.show", "/killed", METHODS)
    usual = len(cluster.workers())
    gone: set[int] = set()
    with cluster.pool() as pool, Load(pool, "/killed", method=METHODS, body=b"{}", seconds=_LOAD_SECONDS) as load:
        for _ in range(count):
            victim = random.choice(sorted(cluster.workers()))
            os.kill(victim, signal.SIGKILL)
            until(partial(_has_ended, cluster, victim))
            until(lambda: len(cluster.workers()) == usual)
            gone.add(victim)
            time.sleep(random.uniform(0.5, 1.5) * _BETWEEN_SECONDS)
    api.delete_item("channel-rest", "killed.show")
    api.undeploy("killed.py")
    return Killed(
        workers=len(gone),
        repeated=len(_REPEATED.findall(cluster.said())),
        requests=Counter(sample.method for sample in load.samples),
        lowest_rate=load.lowest_rate(),
        slowest_seconds=load.slowest(),
        failed=load.failed(),
    )


def _has_ended(cluster: RunningCluster, worker: int) -> bool:
    return worker not in cluster.workers()
