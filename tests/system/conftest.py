"""One cluster for all tests that do not need their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[RunningCluster]:
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2")
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture
def cluster(shared_cluster: RunningCluster, request: pytest.FixtureRequest) -> Iterator[RunningCluster]:
    """A cluster of one server with two workers that runs; what it printed during the test is in a failure's report.

    All tests share it: give items and files names of your own, and leave it as you found it.
    """
    if not shared_cluster.answers():
        shared_cluster.stop()
        shared_cluster.start()
    before = shared_cluster.output.stat().st_size
    yield shared_cluster
    said = shared_cluster.output.read_bytes()[before:] if shared_cluster.output.exists() else b""
    request.node.add_report_section("call", "cluster", said[-20_000:].decode("utf-8", "replace"))
