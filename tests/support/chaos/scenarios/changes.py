"""How long a change of the configuration takes to every worker of all servers, with RabbitMQ and without.

What is measured: the time from the change's entry in the log (taken before its commit) to the moment at which the last
worker serves by it. Each worker itself notes that moment in the ODB (`beat`, along with `applied_revision`, written
as soon as requests are served from the new snapshot); hosts share one clock. The next change is made when all have the
last one. What a caller waits for, from asking for the change on, is told beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg2

from support.chaos.data_host import RABBITMQ
from support.chaos.open_load import OpenLoad, first, percentile
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests, channel
from support.chaos.table import Row
from support.chaos.topology import SERVERS, ChaosCluster

WITH_RABBITMQ_SECONDS = 0.1
BY_POLLING_SECONDS = 0.2
_SHARE = 0.99
_LOOK_SECONDS = 0.01
_LIMIT_SECONDS = 15.0
_APPLIED = """
SELECT worker, server_number, extract(epoch FROM beat), applied_revision FROM zt_worker
WHERE beat > (now() AT TIME ZONE 'UTC') - interval '5 seconds'
"""
_WRITTEN = "SELECT extract(epoch FROM changed) FROM zt_change WHERE revision = %s"


@dataclass(frozen=True, slots=True)
class Change:
    """Seconds until the last of so many workers had it: since its entry in the log, and since it was asked for."""

    workers: int
    since_entry: float
    since_asked: float


def change_by_rabbitmq(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    yield _measured(cluster, run, "change-by-rabbitmq", WITH_RABBITMQ_SECONDS)


def change_by_polling(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """With RabbitMQ stopped."""
    with cluster.data.away(RABBITMQ, run.log):
        assert seconds_until(lambda: bool(cluster.api().status()["broker_problem"]), 60) < 60
        yield _measured(cluster, run, "change-by-polling", BY_POLLING_SECONDS)
    seconds_until(lambda: not cluster.api().status()["broker_problem"], 60)


def _measured(cluster: ChaosCluster, run: Run, scenario: str, bar: float) -> Row:
    requests = Requests(this_time(scenario))
    url = f"host={cluster.data.host.address} dbname=zato user=zato password={cluster.data.password} sslmode=require"
    with (
        closing(psycopg2.connect(url)) as connection,
        cluster.pool() as pool,
        OpenLoad(pool, requests.echo, per_second=PER_SECOND) as load,
    ):
        connection.autocommit = True
        cursor = connection.cursor()
        found = [_change(cluster, cursor, scenario, number) for number in range(run.amounts.measured_changes)]
    failed = load.failed()
    entry, asked = sorted(each.since_entry for each in found), sorted(each.since_asked for each in found)
    figure = _of(entry, _SHARE)
    fewest = min(each.workers for each in found)
    return Row(
        scenario=scenario,
        bar=f"p99 at most {bar:g} s until all workers of three servers serve by a change",
        missed=missed(
            (
                (figure <= bar, f"p99 is {figure:.3f} s"),
                (fewest >= len(SERVERS), f"only {fewest} workers were seen"),
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        seen=(
            f"{len(found)} changes, {fewest} workers; since the entry in the log: {_told(entry)}",
            f"since the change was asked for: {_told(asked)}",
            f"p99 of requests {percentile(load.outcomes, 0.99):.2f} s; this machine was late by {load.late():.2f} s",
        ),
    )


def _change(cluster: ChaosCluster, cursor: Any, scenario: str, number: int) -> Change:
    """A channel that comes, or goes again."""
    api, name = cluster.api(), f"{scenario} {number // 2}"
    asked = time.time()
    if number % 2:
        revision = int(api.delete_item("channel-rest", name)["revision"])
    else:
        path = f"/chaos/{scenario}/{number // 2}"
        revision = int(api.create_item("channel-rest", name, channel("chaos.echo", path, "GET"))["revision"])
    applied: dict[str, float] = {}
    deadline = time.time() + _LIMIT_SECONDS
    while time.time() < deadline:
        cursor.execute(_APPLIED)
        rows = cursor.fetchall()
        wanted = {worker for worker, server, _, _ in rows if server in SERVERS.values()}
        for worker, _, beat, there in rows:
            if there >= revision:
                applied.setdefault(worker, float(beat))
        if wanted and wanted <= applied.keys():
            break
        time.sleep(_LOOK_SECONDS)
    else:
        raise AssertionError(f"revision {revision} is not on all workers after {_LIMIT_SECONDS:.0f} s: {rows}")
    cursor.execute(_WRITTEN, (revision,))
    (entry,) = cursor.fetchone()
    last = max(moment for worker, moment in applied.items() if worker in wanted)
    return Change(len(wanted), last - float(entry), last - asked)


def _of(found: list[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))]


def _told(found: list[float]) -> str:
    return f"median {_of(found, 0.5):.3f} s, p99 {_of(found, 0.99):.3f} s, at most {found[-1]:.3f} s"
