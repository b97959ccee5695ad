"""Requests that would take the memory of the server, beside good traffic."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.load import Load, told
from support.waiting import until
from zato.host.settings import ServerSettings

SETTINGS = ServerSettings()
BODY_BYTES = SETTINGS.max_body_bytes
# What a worker takes anyhow, and what its estimates leave out: the values of a list are there twice for a moment
BASE_BYTES = 400 * 1024 * 1024
SOURCE = """
from dataclasses import dataclass
from zato.server.service import Model, Service

class Good(Service):
    name = 'memory.good'

    def handle(self):
        self.response.payload = {'good': True}

class Reads(Service):
    name = 'memory.reads'

    def handle(self):
        payload = self.request.payload
        self.response.payload = {'values': len(payload) if payload else 0}
"""
SMALL_OBJECTS = b"[" + b'{"a":[]},' * ((BODY_BYTES - 4) // 9) + b"{}]"


@pytest.fixture(scope="module")
def served(cluster: RunningCluster) -> RunningCluster:
    api = cluster.api()
    api.deploy("memory.py", SOURCE.encode())
    for name in ("good", "reads"):
        value = {"service": f"memory.{name}", "path": f"/memory/{name}"}
        api.create_item("channel-rest", f"memory.{name}", value)
    large = {"service": "memory.reads", "path": "/memory/large", "max_body_bytes": BODY_BYTES}
    api.create_item("channel-rest", "memory.large", large)
    api.create_item("channel-http", "memory.plain", {"service": "memory.reads", "path": "/memory/plain"})
    cluster.settle()
    return cluster


@pytest.fixture
def unmoved(served: RunningCluster) -> Iterator[None]:
    """No worker ends or grows beyond its bounds, and no good request fails."""
    workers = served.worker_pids()
    with served.pool() as pool, Load(pool, "/memory/good", method="POST", per_second=50, body=b'{"a": 1}') as load:
        yield
        seen = len(load.samples)
        until(lambda: len(load.samples) > seen + 20)
    assert served.worker_pids() == workers
    assert not load.failed(), told(load.failed())
    for pid in workers:
        assert most_memory(pid) < SETTINGS.memory_bytes_max + BASE_BYTES


def most_memory(pid: int) -> int:
    """Bytes that the process has had at most."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"The kernel says nothing of the memory of {pid}")


def at_once(cluster: RunningCluster, path: str, body: bytes, count: int = 6) -> Counter[tuple[int, str]]:
    """Statuses and codes of so many requests at the same time."""

    def post(_: int) -> tuple[int, str]:
        answer = cluster.request("POST", path, body=body)
        code = answer.json()["error"]["code"] if answer.status >= 400 else ""
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) >= 1
        return answer.status, code

    with ThreadPoolExecutor(count) as clients:
        return Counter(clients.map(post, range(count)))


@pytest.mark.usefixtures("unmoved")
def test_six_large_json_bodies_are_too_large_unless_a_channel_wants_them(served: RunningCluster) -> None:
    assert at_once(served, "/memory/reads", SMALL_OBJECTS) == {(413, "too-large"): 6}
    answer = served.request("POST", "/memory/reads", body=SMALL_OBJECTS)
    assert "max_json_bytes" in answer.json()["error"]["message"]
    assert str(SETTINGS.max_json_bytes) in answer.json()["error"]["message"]


@pytest.mark.usefixtures("unmoved")
def test_one_that_would_take_all_memory_is_too_large_in_any_channel(served: RunningCluster) -> None:
    assert at_once(served, "/memory/large", SMALL_OBJECTS) == {(413, "too-large"): 6}


@pytest.mark.usefixtures("unmoved")
def test_large_ones_that_a_channel_wants_take_turns(served: RunningCluster) -> None:
    rows = [{"id": n, "name": f"Customer {n}", "city": "Somewhere"} for n in range(BODY_BYTES // 80)]
    answers = at_once(served, "/memory/large", json.dumps(rows).encode())
    assert set(answers) <= {(200, ""), (503, "memory-busy")}
    assert answers[200, ""] >= 1


@pytest.mark.usefixtures("unmoved")
def test_the_largest_json_bodies_of_the_default_go_well_together(served: RunningCluster) -> None:
    body = SMALL_OBJECTS[: SETTINGS.max_json_bytes // 9 * 9 - 8] + b"{}]"
    answers = at_once(served, "/memory/reads", body, count=8)
    assert set(answers) <= {(200, ""), (503, "memory-busy")}
    assert answers[200, ""] >= 4


@pytest.mark.usefixtures("unmoved")
def test_large_bodies_that_are_not_json_take_turns(served: RunningCluster) -> None:
    answers = at_once(served, "/memory/plain", b"x" * BODY_BYTES)
    assert set(answers) <= {(200, ""), (503, "memory-busy")}
    assert answers[200, ""] >= 2


@pytest.mark.usefixtures("unmoved")
def test_unknown_fields_by_the_thousand_are_answered_briefly(served: RunningCluster) -> None:
    fields = {f"field{number}": 1 for number in range(60_000)}
    body = json.dumps({"name": "memory.unknown", "value": fields}).encode()
    headers = {"Content-Type": "application/json"}
    with served.pool("admin") as pool:
        answer = pool.request("POST", "/zato/api/items/channel-rest", body=body, headers=headers, retries=False)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid-item")
    assert len(answer.data) < 64 * 1024


def test_metrics_tell_how_much_is_in_use_and_what_was_refused(served: RunningCluster) -> None:
    assert at_once(served, "/memory/large", SMALL_OBJECTS, count=2) == {(413, "too-large"): 2}

    def page() -> str:
        with served.pool("admin") as pool:
            return str(pool.request("GET", "/zato/metrics", retries=False).data.decode())

    until(lambda: 'zato_request_memory_bytes{server="1"} 0.0' in page())
    text = page()
    whole = re.search(r'^zato_request_memory_max_bytes\{server="1"\} (\S+)$', text, re.MULTILINE)
    assert whole is not None and float(whole[1]) == SETTINGS.memory_bytes_max * len(served.worker_pids())
    assert 'zato_request_memory_refused_total{outcome="too-large",server="1"}' in text
