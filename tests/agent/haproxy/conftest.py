"""One cluster for the tests that want one which runs, and a layout for those that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.layouts import certified
from support.scenarios.balancing import expose
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings


@pytest.fixture(scope="package")
def two() -> Iterator[RunningCluster]:
    """Of two servers, all of them active, with the balancer's usual settings."""
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--servers", "2", "--workers", "1")
        try:
            running.start()
            expose(running)
            yield running
        finally:
            running.stop()


@pytest.fixture
def layout() -> Iterator[Layout]:
    """Of a cluster that has its certificates, and no HAProxy yet."""
    with certified(ClusterSettings()) as made:
        made.haproxy.mkdir()
        yield made
