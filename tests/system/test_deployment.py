"""Hot deployment as a developer sees it: files in, answers out, with requests flowing all the while.

The promised times are shown by `make show` on a machine of one's own; here they are doubled, as others may use it too.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.scenarios.changing import change_versions
from support.scenarios.dropping import drop_versions
from support.waiting import LATE_SECONDS, until

VERSION = """
from zato.server.service import Service

VERSION = {version}

class Show(Service):
    name = 'live.show'

    def handle(self):
        self.response.payload = {{'version': VERSION}}
"""

# An answer with the versions of three files
BOTH = """
import shelf, stock
from zato.server.service import Service

class Show(Service):
    name = 'both.show'

    def handle(self):
        self.response.payload = {{'version': [{version}, shelf.VERSION, stock.VERSION]}}
"""


@pytest.fixture(scope="module")
def two_servers() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--servers", "2", "--workers", "2")
        try:
            running.start()
            yield running
        finally:
            running.stop()


def test_a_dropped_file_serves_from_every_worker_at_once(cluster: RunningCluster) -> None:
    dropped = drop_versions(cluster, 8)
    print(dropped)
    assert dropped.workers == 2
    assert dropped.median <= LATE_SECONDS


def test_a_dropped_file_serves_from_the_workers_of_all_servers(two_servers: RunningCluster) -> None:
    dropped = drop_versions(two_servers, 5)
    print(dropped)
    assert dropped.workers == 4


@pytest.mark.parametrize(("fixture", "deployments"), [("cluster", 20), ("two_servers", 10)])
def test_deployments_under_load_fail_no_request_and_mix_no_versions(
    fixture: str, deployments: int, request: pytest.FixtureRequest
) -> None:
    changed = change_versions(request.getfixturevalue(fixture), deployments)
    print(changed)
    assert changed.failed == []
    assert changed.mixed == []
    assert changed.stale == []
    assert changed.lowest_rate > 0
    assert changed.versions_seen > deployments / 2


def test_a_rolled_back_file_serves_its_earlier_version(cluster: RunningCluster) -> None:
    def answer() -> bytes:
        return bytes(cluster.request("GET", "/live").data)

    api = cluster.api()
    first = api.deploy("live.py", VERSION.format(version=7).encode())
    api.create_item("channel-rest", "live", {"service": "live.show", "path": "/live", "methods": ["GET"]})
    until(lambda: answer() == b'{"version":7}')
    api.deploy("live.py", VERSION.format(version=8).encode())
    assert answer() == b'{"version":8}'
    api.activate(first["id"])
    assert answer() == b'{"version":7}'


def test_a_cluster_rolled_back_over_several_files_fails_no_request_and_mixes_no_versions(
    cluster: RunningCluster,
) -> None:
    api = cluster.api()

    def deploy(version: int) -> int:
        for name in ("shelf", "stock"):
            api.deploy(f"{name}.py", VERSION.format(version=version).replace("live.show", f"{name}.show").encode())
        api.deploy("both.py", BOTH.format(version=version).encode())
        return int(api.status()["odb"]["revision"])

    deploy(0)
    api.create_item("channel-rest", "both", {"service": "both.show", "path": "/both", "methods": ["GET"]})
    revisions = {version: deploy(version) for version in (1, 2, 3)}
    until(lambda: bytes(cluster.request("GET", "/both").data) == b'{"version":[3,3,3]}')
    done: list[tuple[float, float, int]] = []
    with cluster.pool() as pool, Load(pool, "/both") as load:
        for version in (1, 2, 3, 1, 3, 2, 1):
            started = time.monotonic()
            api.rollback_all(revisions[version])
            done.append((started, time.monotonic(), version))
            time.sleep(0.3)
    mixed = [sample for sample in load.samples if len(set(sample.body.strip(b'{"version:[]}').split(b","))) != 1]
    wrong = [
        sample
        for sample in load.samples
        for (_, ended, version), following in zip(done, [*done[1:], (float("inf"), 0.0, 0)], strict=True)
        if sample.started > ended and sample.ended < following[0] and f"[{version}," not in sample.body.decode()
    ]
    longest = max(ended - started for started, ended, _ in done)
    print(
        f"{len(done)} roll-backs of the cluster under {len(load.samples)} requests: {len(load.failed())} failed, "
        f"{len(mixed)} mixed, {len(wrong)} stale; the longest took {longest:.2f} s"
    )
    assert load.failed() == []
    assert mixed == []
    assert wrong == []


def test_a_file_without_a_service_and_one_with_a_hyphen_serve(cluster: RunningCluster) -> None:
    user = "from live_rates import RATE\n" + VERSION.format(version="RATE").replace("live.show", "live-user.show")
    cluster.drop("live-user.py", user)
    cluster.drop("live-rates.py", "RATE = 7\n")
    cluster.api().create_item("channel-rest", "live-user", {"service": "live-user.show", "path": "/live-user"})
    until(lambda: cluster.request("GET", "/live-user").data == b'{"version":7}')
    cluster.drop("live-rates.py", "RATE = 8\n")
    until(lambda: cluster.request("GET", "/live-user").data == b'{"version":8}')
    for name in ("live-user.py", "live-rates.py"):
        cluster.zato("service", "undeploy", name)
    cluster.api().delete_item("channel-rest", "live-user")
