"""What attackers cost those who call from other addresses: nothing. `make show` plays it in full, with bars on time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.attacks import ATTACKS
from support.cluster import RunningCluster
from support.scenarios.attacking import TAKEN_ALONG_MAX, attack, expose


@pytest.fixture(scope="module")
def attacked() -> Iterator[RunningCluster]:
    """A cluster of its own: what attackers met with is remembered of their addresses for a while."""
    with TemporaryDirectory(prefix="zato-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        try:
            cluster.start()
            expose(cluster)
            yield cluster
        finally:
            cluster.stop()


@pytest.mark.parametrize("name", list(ATTACKS))
def test_good_requests_are_answered_beside_an_attack(attacked: RunningCluster, name: str) -> None:
    seen = attack(attacked, name, seconds=4.0, quiet_seconds=1.0)
    print(seen)
    assert seen.failed == []
    assert seen.limited == 0
    assert seen.taken_along <= TAKEN_ALONG_MAX
