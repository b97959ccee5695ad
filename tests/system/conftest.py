"""One cluster for all tests that do not need their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[RunningCluster]:
    """A cluster of one server with two workers. All tests share it: give items and files names of your own."""
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2")
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(autouse=True)
def what_it_printed(cluster: RunningCluster, request: pytest.FixtureRequest) -> Iterator[None]:
    """Puts what the cluster printed during a test into the report of its failure; starts it where a test ended it."""
    if not cluster.answers():
        cluster.stop()
        cluster.start()
    before = cluster.output.stat().st_size
    yield
    said = cluster.output.read_bytes()[before:] if cluster.output.exists() else b""
    request.node.add_report_section("call", "cluster", said[-20_000:].decode("utf-8", "replace"))
