"""What callers notice of an ODB that is away: nothing, but that changes are refused."""

from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.databases import DatabaseServer
from support.scenarios.outage import BACK_SECONDS, Way, cluster_on, go_without_odb
from support.waiting import LATE_SECONDS

# A database that is frozen has statements that are given up meanwhile; those of `make show` are away for longer
AWAY_SECONDS = {Way.STOPPED: 5.0, Way.KILLED: 5.0, Way.FROZEN: 12.0}


@pytest.fixture(scope="module")
def without_odb(postgresql: DatabaseServer) -> Iterator[RunningCluster]:
    """A cluster of these tests alone, which leave it as it was."""
    with cluster_on(postgresql) as cluster:
        yield cluster


@pytest.mark.parametrize("way", list(Way))
def test_requests_go_on_and_changes_are_refused_while_the_odb_is_away(
    way: Way, without_odb: RunningCluster, postgresql: DatabaseServer
) -> None:
    outage = go_without_odb(without_odb, postgresql, way, seconds=AWAY_SECONDS[way])
    print(outage)
    assert outage.failed == []
    assert outage.lowest_rate > 0
    assert outage.not_refused == []
    assert outage.accepted == []
    backs = (outage.worker_back_seconds, outage.change_back_seconds, outage.deployment_back_seconds)
    assert max(backs) <= BACK_SECONDS + LATE_SECONDS
    assert outage.restarted == []
