"""All of a server's threads wait for something slow: it is busy, not ill, and stays in the balancer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.cluster import RunningCluster

# Together far longer than it takes HAProxy to give up a server that says nothing
SLOW_SECONDS = 3
TURNS = 3
THREADS = 4
SOURCE = f"""
import time
from zato.server.service import Service

class Slow(Service):
    name = 'busy.slow'

    def handle(self):
        time.sleep({SLOW_SECONDS})
        self.response.payload = {{'ok': True}}
"""


@pytest.fixture
def full(cluster: RunningCluster) -> Iterator[RunningCluster]:
    """A server with few threads, and a service that takes them."""
    api = cluster.api()
    api.deploy("busy.py", SOURCE.encode())
    api.create_item("channel-rest", "busy", {"service": "busy.slow", "path": "/busy", "methods": ["GET"]})
    cluster.settle()
    before = api.item("server", "server-1")
    now = api.update_item("server", "server-1", {**before["value"], "threads_max": THREADS}, before["revision"])
    time.sleep(2)  # a worker asks once a second how many it may have
    yield cluster
    api.update_item("server", "server-1", before["value"], now["revision"])
    api.delete_item("channel-rest", "busy")
    api.undeploy("busy.py")


def test_requests_wait_for_a_thread_and_none_is_refused(full: RunningCluster) -> None:
    number = len(full.worker_pids(1)) * THREADS * TURNS
    with full.pool(maxsize=number) as pool, ThreadPoolExecutor(number) as clients:
        began = time.monotonic()
        waiting = [clients.submit(pool.request, "GET", "/busy", retries=False) for _ in range(number)]
        time.sleep(SLOW_SECONDS * (TURNS - 1.5))
        late = clients.submit(pool.request, "GET", "/zato/ping", retries=False)
        assert [answer.result().status for answer in waiting] == [200] * number
        assert late.result().status == 200
        assert time.monotonic() - began >= SLOW_SECONDS * TURNS - 0.5, "the threads were never all in use"
