"""What callers notice of an ODB that is away: nothing, but that changes are refused."""

import pytest

from support.databases import DatabaseServer
from support.scenarios.outage import BACK_SECONDS, Way, cluster_on, go_without_odb
from support.waiting import LATE_SECONDS


@pytest.mark.parametrize("way", list(Way))
def test_requests_go_on_and_changes_are_refused_while_the_odb_is_away(way: Way, postgresql: DatabaseServer) -> None:
    with cluster_on(postgresql) as cluster:
        outage = go_without_odb(cluster, postgresql, way, seconds=15)
    print(outage)
    assert outage.failed == []
    assert outage.lowest_rate > 0
    assert outage.not_refused == []
    assert outage.accepted == []
    backs = (outage.worker_back_seconds, outage.change_back_seconds, outage.deployment_back_seconds)
    assert max(backs) <= BACK_SECONDS + LATE_SECONDS
    assert outage.restarted == []
