"""What callers notice of workers that are killed: nothing."""

from support.cluster import RunningCluster
from support.scenarios.killing import METHODS, kill_workers


def test_killed_workers_cost_no_idempotent_request(cluster: RunningCluster) -> None:
    killed = kill_workers(cluster, 8)
    print(killed)
    assert killed.workers == 8
    assert killed.repeated > 0, "some requests were in the workers that were killed"
    assert killed.failed == []
    assert killed.lowest_rate > 0
    assert all(killed.requests[method] > 0 for method in METHODS)
