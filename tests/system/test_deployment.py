"""Hot deployment as a developer sees it: files in, answers out, with requests flowing all the while.

The promised times are shown by `make show` on a machine of one's own; here they are doubled, as others may use it too.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.load import eventually
from support.scenarios.changing import change_versions
from support.scenarios.dropping import drop_versions

VERSION = """
from zato.server.service import Service

VERSION = {version}

class Show(Service):
    name = 'live.show'

    def handle(self):
        self.response.payload = {{'version': VERSION}}
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
    dropped = drop_versions(cluster, 50)
    print(dropped)
    assert dropped.workers == 2
    assert dropped.median <= 1.0
    assert dropped.p95 <= 2.0


def test_a_dropped_file_serves_from_the_workers_of_all_servers(two_servers: RunningCluster) -> None:
    dropped = drop_versions(two_servers, 5)
    print(dropped)
    assert dropped.workers == 4


@pytest.mark.parametrize(("fixture", "deployments"), [("cluster", 100), ("two_servers", 30)])
def test_deployments_under_load_fail_no_request_and_mix_no_versions(
    fixture: str, deployments: int, request: pytest.FixtureRequest
) -> None:
    changed = change_versions(request.getfixturevalue(fixture), deployments)
    print(changed)
    assert changed.failed == []
    assert changed.mixed == []
    assert changed.stale == []
    assert changed.lowest_rate >= 80
    assert changed.versions_seen > deployments / 2


def test_a_rolled_back_file_serves_its_earlier_version(cluster: RunningCluster) -> None:
    def answer() -> bytes:
        return bytes(cluster.request("GET", "/live").data)

    api = cluster.api()
    first = api.deploy("live.py", VERSION.format(version=7).encode())
    api.create_item("channel-rest", "live", {"service": "live.show", "path": "/live", "methods": ["GET"]})
    eventually(lambda: answer() == b'{"version":7}', 5)
    api.deploy("live.py", VERSION.format(version=8).encode())
    assert answer() == b'{"version":8}'
    api.activate(first["id"])
    assert answer() == b'{"version":7}'
