"""Workers that a test has killed: a cluster tells of them for a minute, which no other test has to wait for."""

from __future__ import annotations

from support.cluster import RunningCluster
from support.waiting import until
from zato.host.settings import load_cluster
from zato.odb.database import Database
from zato.odb.members import Members


def until_well(cluster: RunningCluster) -> None:
    """Until the cluster finds nothing that is not well, as if the minute were over for who has died before."""
    database = Database(load_cluster(cluster.layout).odb)
    try:
        members = Members(database)
        alive = cluster.workers()
        for worker in (row.worker for row in members.workers()):
            if int(worker.partition("/")[2].partition("-")[0]) not in alive:
                members.forget(worker)
    finally:
        database.dispose()
    until(lambda: cluster.unwell() == [])
