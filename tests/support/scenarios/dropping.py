"""Files dropped into the pickup directory, until every worker serves from them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from support.cluster import RunningCluster
from support.scenarios.workers import await_answers, open_channel

_LIMIT_SECONDS = 10.0
# It waits a little, so that requests of one burst are with several workers at a time
_SOURCE = """
import os
import time
from zato.server.service import Service

VERSION = {version}

class Show(Service):
    name = 'dropped.show'

    def handle(self):
        time.sleep(0.005)
        self.response.payload = {{'version': VERSION, 'pid': os.getpid()}}
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Seconds from each drop to the first moment at which each of the `workers` had answered with the new version."""

    seconds: list[float]
    workers: int

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """Of a hundred, the fifth from above."""
        return sorted(self.seconds)[-1 - len(self.seconds) // 20]

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} files dropped, until all {self.workers} workers had answered with the new version: "
            f"median {self.median:.3f} s, p95 {self.p95:.3f} s, longest {max(self.seconds):.3f} s"
        )


def drop_versions(cluster: RunningCluster, count: int) -> Dropped:
    """Drop `count` versions of one file, each once the one before is served everywhere."""
    api = cluster.api()
    api.deploy("dropped.py", _SOURCE.format(version=0).encode())
    open_channel(cluster, "dropped.show", "/dropped")
    seconds = []
    workers: set[int] = set()
    with cluster.pool(maxsize=192) as pool:
        for version in range(1, count + 1):
            started = time.monotonic()
            cluster.drop("dropped.py", _SOURCE.format(version=version))
            workers = await_answers(cluster, pool, "/dropped", partial(_is_of, version), _LIMIT_SECONDS)
            seconds.append(time.monotonic() - started)
    api.delete_item("channel-rest", "dropped.show")
    return Dropped(seconds, len(workers))


def _is_of(version: int, answer: Any) -> bool:
    return bool(answer["version"] == version)
