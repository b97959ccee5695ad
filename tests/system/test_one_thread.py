"""Where requests come all the time and none of them waits, a worker answers them with one thread (ADR 37)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.load import Load, told
from support.waiting import until
from zato.server.sizing import FEW

PATH = "/threads"
# Those of health are always there
HEALTH = 2
PER_SECOND = 500
AFTERWARDS = 200
SOURCE = """
import os
import threading
from zato.server.service import Service

class Threads(Service):
    name = 'threads.count'

    def handle(self):
        count = sum(each.name == 'request' for each in threading.enumerate())
        self.response.payload = {'worker': os.getpid(), 'threads': count}
"""


@pytest.fixture
def counted(cluster: RunningCluster) -> Iterator[RunningCluster]:
    """A service that says how many threads its worker has for requests."""
    api = cluster.api()
    api.deploy("threads.py", SOURCE.encode())
    api.create_item("channel-rest", "threads", {"service": "threads.count", "path": PATH, "methods": ["GET"]})
    cluster.settle()
    yield cluster
    api.delete_item("channel-rest", "threads")
    api.undeploy("threads.py")


def in_requests(body: bytes) -> int:
    """How many threads the worker had that an answer came from."""
    return int(json.loads(body)["threads"]) - HEALTH


def test_under_a_steady_load_one_thread_answers_everything_and_the_others_are_back_afterwards(
    counted: RunningCluster,
) -> None:
    with counted.pool() as pool, Load(pool, PATH, per_second=PER_SECOND) as load:
        until(lambda: any(in_requests(each.body) == 1 for each in load.samples[-100:]))
        first = len(load.samples)
        until(lambda: len(load.samples) > first + AFTERWARDS)
    assert load.failed() == [], told(load.failed())
    assert sum(in_requests(each.body) == 1 for each in load.samples) > 1
    until(lambda: in_requests(counted.request("GET", PATH).data) == FEW)
