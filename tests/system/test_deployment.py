"""Hot deployment as a developer sees it: files in, answers out, with requests flowing all the while."""

import os
import signal
import time
from statistics import median

import pytest

from support.cluster import RunningCluster
from support.load import Load, eventually

VERSION = """
from zato.server.service import Service

VERSION = {version}

class Show(Service):
    name = 'live.show'

    def handle(self):
        self.response.payload = {{'version': VERSION}}
"""


def answer(cluster: RunningCluster, path: str = "/live") -> bytes:
    return bytes(cluster.request("GET", path).data)


@pytest.fixture(scope="module")
def live(cluster: RunningCluster) -> RunningCluster:
    api = cluster.api()
    api.deploy("live.py", VERSION.format(version=0).encode())
    api.create_item("channel-rest", "live", {"service": "live.show", "path": "/live", "methods": ["GET"]})
    eventually(lambda: cluster.request("GET", "/live").status == 200, 5)
    return cluster


def test_a_dropped_file_serves_from_every_worker_at_once(live: RunningCluster) -> None:
    times = []
    with live.pool() as pool:
        for version in range(1, 51):
            expected = f'{{"version":{version}}}'.encode()
            live.drop("live.py", VERSION.format(version=version))
            # Several in a row, so that every worker has answered
            times.append(
                eventually(
                    lambda expected=expected: all(
                        pool.request("GET", "/live", retries=False).data == expected for _ in range(4)
                    ),
                    10,
                )
            )
    times.sort()
    print(
        f"50 deployments, drop to serving: median {median(times):.3f} s, p95 {times[47]:.3f} s, max {times[-1]:.3f} s"
    )
    # The promise is half of this, on a machine of one's own; a shared one may be busy with others.
    assert median(times) <= 1.0
    assert times[47] <= 2.0


def test_a_hundred_deployments_under_load_fail_no_request_and_mix_no_versions(live: RunningCluster) -> None:
    api = live.api()
    reported: list[tuple[float, int]] = []
    with live.pool() as pool, Load(pool, "/live") as load:
        for version in range(1000, 1100):
            api.deploy("live.py", VERSION.format(version=version).encode())
            reported.append((time.monotonic(), version))
    versions = [
        (sample, int(sample.body.split(b":")[1].rstrip(b"}"))) for sample in load.samples if sample.status == 200
    ]
    stale = [
        (version, sample)
        for sample, version in versions
        if any(sample.started > at and version < active for at, active in reported)
    ]
    print(f"100 deployments under {len(load.samples)} requests: {len(load.failed())} failed, {len(stale)} stale")
    assert load.failed() == []
    assert stale == []
    assert len({version for _, version in versions}) > 50


def test_a_rolled_back_file_serves_its_earlier_version(live: RunningCluster) -> None:
    api = live.api()
    first = api.deploy("live.py", VERSION.format(version=7).encode())
    api.deploy("live.py", VERSION.format(version=8).encode())
    assert answer(live) == b'{"version":8}'
    api.activate(first["id"])
    assert answer(live) == b'{"version":7}'


def test_killed_workers_cost_no_idempotent_request(live: RunningCluster) -> None:
    api = live.api()
    with live.pool() as pool, Load(pool, "/live") as load:
        for _ in range(10):
            workers = live.worker_pids()
            if workers:
                os.kill(workers[0], signal.SIGKILL)
            time.sleep(0.8)
    print(f"10 workers killed under {len(load.samples)} requests: {len(load.failed())} failed")
    assert load.failed() == []
    assert api.ping()
