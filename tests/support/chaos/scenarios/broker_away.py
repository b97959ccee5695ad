"""RabbitMQ is killed and stays away: HTTP, changes of the configuration, and asynchronous invocations go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from support.chaos.counters import count, lost
from support.chaos.data_host import RABBITMQ
from support.chaos.open_load import OpenLoad, first, in_turn, percentile
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests, channel
from support.chaos.table import Row
from support.chaos.topology import ChaosCluster

NAME = "broker-away"
KNOWN_SECONDS = 5.0
_BEFORE_SECONDS = 5.0
_DRAIN_SECONDS = 180.0
_CHANGE_SECONDS = 60.0
_BAR = (
    f"HTTP 0 failed; changes on every worker within {KNOWN_SECONDS:.0f} s of its return; lost, unexpected, unmarked 0"
)


def broker_away(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    ids = this_time(NAME)
    requests = Requests(ids)
    with cluster.pool() as pool, OpenLoad(pool, in_turn(requests.echo, requests.send), per_second=PER_SECOND) as load:
        time.sleep(_BEFORE_SECONDS)
        with cluster.data.away(RABBITMQ, run.log) as away:
            changed = _change(cluster, run.amounts.changes)
            polled = seconds_until(lambda: cluster.has_everywhere(changed), 30)
            told = cluster.api().status()["problems"]
            time.sleep(max(0.0, away + run.amounts.away_seconds - time.time()))
            late = _change(cluster, 1)
        back = time.time()
        known = seconds_until(lambda: cluster.has_everywhere(late), 60, since=back)
        well = seconds_until(lambda: not cluster.api().status()["broker_problem"], 60, since=back)
        time.sleep(_BEFORE_SECONDS)
    sent = [each.id for each in load.attempted if each.kind == "send"]
    accepted = [each.sending.id for each in load.of("send") if each.ok]
    drained = seconds_until(lambda: not lost(accepted, cluster.processed("receive", ids)), _DRAIN_SECONDS)
    counters = count(sent, accepted, cluster.processed("receive", ids))
    failed = load.failed()
    _clean(cluster, run.amounts.changes + 1)
    yield Row(
        scenario=NAME,
        bar=_BAR,
        missed=missed(
            (
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
                (known <= KNOWN_SECONDS, f"changes were known after {known:.1f} s"),
                (counters.sound, f"{counters}"),
                (
                    any("RabbitMQ" in each for each in told),
                    f"zato status did not say that the broker is away: {told}",
                ),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        recover_seconds=max(known, well),
        counters=counters,
        seen=(
            f"{run.amounts.changes} changes while it was away, by polling on every worker {polled:.1f} s later",
            f"after its return: last change known {known:.1f} s, broker well {well:.1f} s",
            f"all processed {drained:.1f} s after the load's end",
            f"p99 {percentile(load.outcomes, 0.99):.2f} s; this machine was late by {load.late():.2f} s at most",
        ),
    )


def _change(cluster: ChaosCluster, count_of_changes: int) -> int:
    """So many changes of the configuration; the revision of the last. One that is refused is made again."""
    api = cluster.api()
    revisions: list[int] = []

    def make(_: int) -> float:
        def made() -> bool:
            unique = time.time_ns()
            value = channel("chaos.echo", f"/chaos/changed/{unique}", "GET")
            revisions.append(int(api.create_item("channel-rest", f"{NAME} {unique}", value)["revision"]))
            return True

        return seconds_until(made, _CHANGE_SECONDS)

    with ThreadPoolExecutor(2) as threads:
        if max(threads.map(make, range(count_of_changes))) == float("inf"):
            raise AssertionError(f"A change was refused for {_CHANGE_SECONDS} s.")
    return max(revisions)


def _clean(cluster: ChaosCluster, at_most: int) -> None:
    api = cluster.api()
    names = [item["name"] for item in api.items("channel-rest")["items"] if item["name"].startswith(f"{NAME} ")]
    for name in names[:at_most]:
        api.delete_item("channel-rest", name)
