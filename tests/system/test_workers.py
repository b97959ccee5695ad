"""What services can do to the worker that they run in, and what a worker makes of it."""

from __future__ import annotations

import json
import resource
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.waiting import LATE_SECONDS, until

SOURCE = """
import asyncio
import logging
import os
import time
from zato.server.service import Service

class Ends(Service):
    name = 'workers.ends'
    input = 'how'

    def handle(self):
        how = self.request.input.how
        raise {'exit': SystemExit(3), 'interrupt': KeyboardInterrupt(), 'cancelled': asyncio.CancelledError(),
               'generator': GeneratorExit()}[how]

class Slow(Service):
    name = 'workers.slow'

    def handle(self):
        time.sleep(1.5)
        self.response.payload = {'pid': os.getpid()}

class Logs(Service):
    name = 'workers.logs'

    def handle(self):
        logging.getLogger('a.library').warning('from a library')
        self.logger.warning('from the service')
        self.response.payload = {'cid': self.cid}

class Outer(Service):
    name = 'workers.outer'

    def handle(self):
        self.response.payload = self.invoke('workers.inner')

class Inner(Service):
    name = 'workers.inner'

    def handle(self):
        time.sleep(30)
"""


@pytest.fixture(scope="module")
def workers() -> Iterator[RunningCluster]:
    """A cluster of its own, below a directory whose name is that of the internal door, with a log in JSON."""
    with TemporaryDirectory(prefix="internal-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2", "--log-format", "json")
        try:
            running.start()
            api = running.api()
            api.deploy("workers.py", SOURCE.encode())
            for name in ("ends", "slow", "logs", "outer"):
                value = {"service": f"workers.{name}", "path": f"/workers/{name}", "methods": ["GET"]}
                api.create_item("channel-rest", name, value)
            api.create_item("service", "workers.inner", {"time_limit_seconds": 0.3})
            running.settle()
            yield running
        finally:
            running.stop()


def pids(cluster: RunningCluster) -> set[int]:
    return set(cluster.worker_pids())


def test_a_directory_called_internal_makes_nobody_a_component(workers: RunningCluster) -> None:
    answer = workers.request("GET", "/zato/api/whoami", headers={"X-Zato-Principal": "hotdeploy"})
    assert answer.status == 401


def test_a_service_that_tries_to_end_its_process_ends_its_own_request_only(workers: RunningCluster) -> None:
    before = pids(workers)
    for how in ("exit", "interrupt", "cancelled", "generator") * 5:
        answer = workers.request("GET", f"/workers/ends?how={how}")
        assert (answer.status, answer.json()["error"]["code"]) == (500, "service-failed")
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda _: workers.request("GET", "/workers/logs").status, range(64)))
    assert set(answers) == {200}
    assert pids(workers) == before


def test_a_burst_of_slow_requests_is_answered_at_once_and_its_threads_end(workers: RunningCluster) -> None:
    def threads_of_workers() -> int:
        return max(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids(workers))

    with workers.pool(maxsize=100) as pool, ThreadPoolExecutor(100) as threads:
        started = time.monotonic()
        answers = list(threads.map(lambda _: pool.request("GET", "/workers/slow", retries=False).status, range(100)))
        took = time.monotonic() - started
    assert set(answers) == {200}
    assert took < 15, "one after another by the eight threads of the start they take 18.75 s"
    # Also while requests go on that keep all of them from idling for long
    with workers.pool() as pool:
        ended = threading.Event()

        def quick() -> None:
            while not ended.is_set():
                assert pool.request("GET", "/workers/logs", retries=False).status == 200

        with ThreadPoolExecutor(4) as executor:
            done = [executor.submit(quick) for _ in range(4)]
            try:
                until(lambda: threads_of_workers() < 12)
            finally:
                ended.set()
            for each in done:
                each.result()


def test_a_worker_without_file_descriptors_goes_on_once_it_has_some(workers: RunningCluster) -> None:
    before = pids(workers)
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in before}
    try:
        for pid, (_, hard) in limits.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, hard))
        with ThreadPoolExecutor(8) as threads:
            waiting = [threads.submit(workers.request, "GET", "/workers/logs") for _ in range(8)]
            time.sleep(1)
            for pid, limit in limits.items():
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
            assert {each.result(20).status for each in waiting} == {200}
    finally:
        for pid, limit in limits.items():
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
    assert pids(workers) == before
    assert "cannot be accepted for now" in workers.said()


def test_every_line_of_a_request_has_its_correlation_id_and_the_common_form(workers: RunningCluster) -> None:
    before = len(workers.said())
    answer = workers.request("GET", "/workers/logs")
    cid = answer.json()["cid"]
    until(lambda: workers.said()[before:].count(cid) >= 3)
    lines = [json.loads(line) for line in workers.said()[before:].splitlines() if cid in line]
    assert {line["event"] for line in lines} == {"request", "from a library", "from the service"}
    assert {line["cid"] for line in lines} == {cid}


def test_a_service_that_another_one_invokes_keeps_to_its_own_time_limit(workers: RunningCluster) -> None:
    started = time.monotonic()
    answer = workers.request("GET", "/workers/outer")
    assert (answer.status, answer.json()["error"]["code"]) == (504, "time-limit-exceeded")
    assert "workers.inner" in answer.json()["error"]["message"]
    assert time.monotonic() - started < LATE_SECONDS
