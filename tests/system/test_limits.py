"""Limits of channels and of principals, through the whole chain and over all workers of a server."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.doors import BALANCER, DIRECT, Answer
from support.passwords import basic
from support.waiting import until

PASSWORD = "a long password"
SOURCE = b"""
import time
from zato.server.service import Float, Service

class Wait(Service):
    name = 'limited.wait'
    input = Float('-seconds')

    def handle(self):
        time.sleep(self.request.input.seconds or 0)
        self.response.payload = {'who': self.request.principal.name}
"""


@pytest.fixture(scope="module")
def limited(cluster: RunningCluster) -> Iterator[RunningCluster]:
    cluster.api().deploy("limited.py", SOURCE)
    yield cluster
    cluster.api().undeploy("limited.py")


@contextmanager
def item(cluster: RunningCluster, kind: str, name: str, value: dict[str, Any]) -> Iterator[None]:
    """There while this is, and known to all workers."""
    api = cluster.api()
    api.create_item(kind, name, value)
    cluster.settle()
    try:
        yield
    finally:
        api.delete_item(kind, name)


@contextmanager
def channel(cluster: RunningCluster, name: str, kind: str = "channel-rest", **fields: Any) -> Iterator[str]:
    path = f"/limited/{name}"
    value = {"service": "limited.wait", "path": path, "methods": ["GET"], **fields}
    with item(cluster, kind, f"limited-{name}", value):
        yield path


def get(cluster: RunningCluster, path: str, door: str = BALANCER, **options: Any) -> Answer:
    return cluster.doors().get(path, door, **options)


def many(cluster: RunningCluster, path: str, count: int, **options: Any) -> Counter[int]:
    """Statuses of so many requests at once, at both doors."""
    with ThreadPoolExecutor(min(count, 20)) as threads:
        doors = [(BALANCER, DIRECT)[number % 2] for number in range(count)]
        return Counter(threads.map(lambda door: get(cluster, path, door, **options).status, doors))


def hold(cluster: RunningCluster, path: str) -> None:
    """One request that is under way, once those of others leave room for it."""
    while get(cluster, path, DIRECT).status == 429:
        pass


def error(answer: Answer) -> tuple[int, str, str]:
    told = answer.json["error"]
    return answer.status, told["code"], told["message"]


@pytest.mark.parametrize("kind", ["channel-rest", "channel-http"])
def test_a_channel_takes_exactly_as_many_requests_as_it_may(limited: RunningCluster, kind: str) -> None:
    with channel(limited, f"exact-{kind}", kind, requests_max=23, requests_period_seconds=60) as path:
        assert many(limited, path, 60) == {200: 23, 429: 37}
        refused = get(limited, path)
        assert 1 <= int(refused.headers["retry-after"]) <= 66
        status, code, message = error(refused)
        assert (status, code) == (429, "too-many-requests")
        assert f"'limited-exact-{kind}'" in message and "requests_max" in message
        with channel(limited, f"other-{kind}", kind) as other:
            assert get(limited, other).status == 200


def test_a_period_that_has_passed_makes_room(limited: RunningCluster) -> None:
    with channel(limited, "again", requests_max=3, requests_period_seconds=1) as path:
        assert many(limited, path, 10)[429] >= 4
        until(lambda: get(limited, path).status == 200)


def test_a_channel_has_no_more_requests_at_the_same_time_than_it_may(limited: RunningCluster) -> None:
    with channel(limited, "concurrent", concurrent_max=5) as path:
        assert many(limited, f"{path}?seconds=1", 15) == {200: 5, 429: 10}
        assert many(limited, path, 5)[200] >= 1
        with ThreadPoolExecutor(6) as threads:
            for _ in range(5):
                threads.submit(hold, limited, f"{path}?seconds=2")
            until(lambda: get(limited, path).status == 429)
            status, code, message = error(get(limited, path))
        assert (status, code) == (429, "too-many-concurrent-requests")
        assert "'limited-concurrent'" in message and "concurrent_max" in message
        assert get(limited, path).status == 200


def test_a_worker_that_is_killed_takes_no_room_along(limited: RunningCluster) -> None:
    with channel(limited, "killed", concurrent_max=4) as path, ThreadPoolExecutor(8) as threads:
        workers = limited.worker_pids()
        for _ in range(4):
            threads.submit(hold, limited, f"{path}?seconds=20")
        until(lambda: get(limited, path).status == 429)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not set(workers) & set(limited.worker_pids()) and len(limited.worker_pids()) == 2)
        until(lambda: many(limited, f"{path}?seconds=0.5", 4) == {200: 4})


def test_a_service_that_exceeds_its_time_limit_makes_room(limited: RunningCluster) -> None:
    with (
        item(limited, "service", "limited.wait", {"time_limit_seconds": 0.5}),
        channel(limited, "late", concurrent_max=1) as path,
    ):
        for _ in range(3):
            assert get(limited, f"{path}?seconds=5").status == 504
        until(lambda: get(limited, path).status == 200)


def test_a_principals_limit_holds_for_all_its_channels_and_the_admin_api(limited: RunningCluster) -> None:
    definition = {"username": "limited-user", "password": PASSWORD, "roles": ["viewer"], "requests_max": 12}
    headers = basic("limited-user", PASSWORD)
    with (
        item(limited, "security-basic", "limited-user", {**definition, "requests_period_seconds": 60}),
        channel(limited, "first", security=["limited-user"]) as first,
        channel(limited, "second", security=["limited-user"]) as second,
    ):
        paths = [first, second, "/zato/api/whoami", "/zato/metrics"]
        found = Counter(get(limited, paths[number % 4], headers=headers).status for number in range(20))
        assert found == {200: 12, 429: 8}
        for path in paths:
            status, code, message = error(get(limited, path, headers=headers))
            assert (status, code) == (429, "too-many-requests")
            assert "principal 'limited-user'" in message
        # Others' passwords, and wrong ones, are none of this principal's requests
        assert get(limited, first, headers=basic("limited-user", "wrong")).status == 401
        with limited.pool("admin") as pool:
            assert pool.request("GET", "/zato/api/whoami", retries=False).status == 200


@pytest.mark.parametrize("kind", ["security-api-key", "security-tls"])
def test_every_kind_of_definition_can_be_limited(limited: RunningCluster, kind: str) -> None:
    name = f"limited-{kind}"
    limits = {"requests_max": 3, "requests_period_seconds": 60}
    options: dict[str, Any]
    if kind == "security-api-key":
        options = {"headers": {"X-API-Key": "limited-0123456789"}}
        value: dict[str, Any] = {"key": "limited-0123456789", **limits}
    else:
        limited.zato("pki", "issue-client", name)
        options = {"certificate": limited.layout.pki / f"{name}.crt"}
        value = {"subject": f"CN={name}", **limits}
    with item(limited, kind, name, value), channel(limited, kind, security=[name]) as path:
        assert many(limited, path, 8, **options) == {200: 3, 429: 5}


def test_an_administrator_is_not_locked_out_of_the_admin_api(limited: RunningCluster) -> None:
    definition = {"username": "limited-admin", "password": PASSWORD, "roles": ["admin"], "requests_max": 1}
    headers = basic("limited-admin", PASSWORD)
    with (
        item(limited, "security-basic", "limited-admin", {**definition, "concurrent_max": 1}),
        channel(limited, "of-admin", security=["limited-admin"]) as path,
    ):
        assert {get(limited, "/zato/api/whoami", headers=headers).status for _ in range(5)} == {200}
        assert get(limited, path, headers=headers).status == 429


def test_metrics_and_openapi_tell_of_limits(limited: RunningCluster) -> None:
    with channel(limited, "told", requests_max=1, requests_period_seconds=60) as path:
        assert many(limited, path, 3) == {200: 1, 429: 2}
        with limited.pool("admin") as pool:
            text = pool.request("GET", "/zato/metrics", retries=False).data.decode()
            document = pool.request("GET", "/zato/api/openapi.json", retries=False).json()
    sample = 'zato_requests_limited_total{field="requests_max",name="limited-told",server="1",what="channel"} 2.0'
    assert sample in text
    assert "Retry-After" in document["paths"][path]["get"]["responses"]["429"]["headers"]


def test_limits_are_exported_and_imported_and_may_not_be_nonsense(limited: RunningCluster) -> None:
    with channel(limited, "exported", requests_max=9, concurrent_max=2):
        exported = limited.api().export()
        assert "requests_max: 9" in exported and "concurrent_max: 2" in exported
        limited.api().import_(exported)
    said = limited.zato("config", "set", "channel-rest", "bad", "service=x", "path=/bad", "requests_max=0", check=False)
    assert said.returncode != 0 and "requests_max" in said.stdout + said.stderr
