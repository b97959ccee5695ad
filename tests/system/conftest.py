from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.cluster import RunningCluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[RunningCluster]:
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2")
        try:
            running.start()
            yield running
        finally:
            running.stop()
