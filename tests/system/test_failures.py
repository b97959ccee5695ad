"""What callers notice of workers that are killed, and of an ODB that is away: nothing."""

import pytest

from support.cluster import RunningCluster
from support.databases import DatabaseServer
from support.scenarios.killing import METHODS, kill_workers
from support.scenarios.outage import BACK_SECONDS, Way, cluster_on, go_without_odb
from support.waiting import LATE_SECONDS


def test_killed_workers_cost_no_idempotent_request(cluster: RunningCluster) -> None:
    killed = kill_workers(cluster, 20)
    print(killed)
    assert killed.workers == 20
    assert killed.repeated > 0, "some requests were in the workers that were killed"
    assert killed.failed == []
    assert killed.lowest_rate > 0
    assert all(killed.requests[method] > 0 for method in METHODS)


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
