"""One cluster for all tests that do not need their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.doors import DOORS, Doors
from support.hostile_services import GOOD, expose
from support.load import Load
from support.waiting import until


@pytest.fixture(scope="package")
def cluster() -> Iterator[RunningCluster]:
    """A cluster of one server with two workers. All tests share it: give items and files names of your own."""
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2")
        try:
            running.create()
            # Packages come from wheels that tests make, whatever the machine's own index has
            with running.layout.settings.open("a") as settings:
                settings.write(f'packages_index_url = "none"\npackages_find_links = "{directory}/wheels"\n')
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(autouse=True)
def what_it_printed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Puts what the cluster printed during a test into the report of its failure; starts it where a test ended it."""
    if "cluster" not in request.fixturenames:
        yield
        return
    cluster: RunningCluster = request.getfixturevalue("cluster")
    if not cluster.answers():
        cluster.stop()
        cluster.start()
    before = cluster.output.stat().st_size
    yield
    said = cluster.output.read_bytes()[before:] if cluster.output.exists() else b""
    request.node.add_report_section("call", "cluster", said[-20_000:].decode("utf-8", "replace"))


@pytest.fixture(scope="package")
def hostile(cluster: RunningCluster) -> RunningCluster:
    """The cluster with the services of support.hostile_services."""
    expose(cluster)
    return cluster


@pytest.fixture
def doors(hostile: RunningCluster) -> Doors:
    return hostile.doors()


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """HAProxy and lighttpd in turn, as clients may reach either."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def good_traffic(hostile: RunningCluster) -> Iterator[Load]:
    """Requests that have nothing to do with the bad ones beside them."""
    with hostile.pool() as pool, Load(pool, GOOD, per_second=20, threads=4, seconds=600) as load:
        yield load


@pytest.fixture
def unharmed(hostile: RunningCluster, good_traffic: Load) -> Iterator[None]:
    """After the test: the same workers as before, no good request failed, and no exception that nobody expected."""
    workers = hostile.worker_pids()
    printed = hostile.output.stat().st_size
    assert len(workers) == 2
    yield
    answered = len(good_traffic.samples)
    until(lambda: len(good_traffic.samples) > answered)
    assert good_traffic.failed() == []
    assert {sample.body for sample in good_traffic.samples} == {b'{"good":true}'}
    assert hostile.worker_pids() == workers
    assert b"Traceback" not in hostile.output.read_bytes()[printed:]
