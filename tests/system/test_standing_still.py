"""All processes of a cluster stand still and go on: nobody is late, so nobody is ended and no request fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.load import told
from support.scenarios.standing_still import OTHERS, SERVING, stand_still
from support.waiting import until

MOMENT_SECONDS = 2
SECONDS = 6
"""More than a service's time limit, a worker's time without a heart-beat, and HAProxy's until a server is down."""
STUCK_SECONDS = 2


@pytest.fixture
def impatient(cluster: RunningCluster) -> Iterator[RunningCluster]:
    """A cluster whose master gives up workers that stand still for a moment."""
    api = cluster.api()
    before = api.item("server", "server-1")
    value = {**before["value"], "stuck_seconds": STUCK_SECONDS}
    now = api.update_item("server", "server-1", value, before["revision"])
    applied = cluster.layout.server(1).applied_settings
    until(lambda: f"stuck_seconds = {STUCK_SECONDS}" in applied.read_text())
    yield cluster
    api.update_item("server", "server-1", before["value"], now["revision"])


def test_requests_wait_and_no_process_ends(impatient: RunningCluster) -> None:
    seen = stand_still(impatient, SECONDS)
    assert seen.waited >= SECONDS * 15
    assert not seen.failed, told(seen.failed)
    assert not seen.failed_later, told(seen.failed_later)
    assert not seen.ended


@pytest.mark.parametrize(
    ("parts", "seconds"), [(OTHERS, SECONDS), (SERVING, MOMENT_SECONDS)], ids=["others", "serving"]
)
def test_requests_wait_for_a_part_that_stands_still_alone(
    cluster: RunningCluster, parts: tuple[str, ...], seconds: int
) -> None:
    """A server, or its lighttpd, for a moment only: after three seconds the balancer takes it for dead."""
    seen = stand_still(cluster, seconds, parts)
    assert seen.waited >= seconds * 15
    assert not seen.failed, told(seen.failed)
    assert not seen.failed_later, told(seen.failed_later)
    assert not seen.ended
