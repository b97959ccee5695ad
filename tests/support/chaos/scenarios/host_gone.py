"""A host with a server is cut off from all others, or stands still, for a while."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from support.chaos import services
from support.chaos.counters import count, lost
from support.chaos.faults import cut_off, frozen
from support.chaos.open_load import OpenLoad, Outcome, first, in_turn, percentile
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests, channel
from support.chaos.table import Row
from support.chaos.topology import ChaosCluster

OUT_SECONDS = 3.0
BACK_SECONDS = 10.0
_BEFORE_SECONDS = 5.0
_AFTER_SECONDS = 10.0
_DRAIN_SECONDS = 180.0
_BAR = f"out within {OUT_SECONDS:.0f} s, back within {BACK_SECONDS:.0f} s and caught up; nothing done twice"


def host_cut_off(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """Blackhole routes on the host itself."""
    name = run.chance.choice(sorted(cluster.servers))
    others = {each: host.address for each, host in cluster.hosts.items() if each != name}
    yield _gone(cluster, run, "host-cut-off", name, lambda: cut_off(cluster.servers[name], others, run.log))


def host_frozen(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """SIGSTOP of every process on it."""
    name = run.chance.choice(sorted(cluster.servers))
    yield _gone(cluster, run, "host-frozen", name, lambda: frozen(cluster.servers[name], run.log))


def _gone(
    cluster: ChaosCluster, run: Run, scenario: str, name: str, fault: Callable[[], AbstractContextManager[float]]
) -> Row:
    ids = this_time(scenario)
    requests = Requests(ids)
    path = f"/chaos/{scenario}"
    kinds = in_turn(requests.echo, requests.book, requests.echo, requests.send_once)
    with cluster.pool() as pool, OpenLoad(pool, kinds, per_second=PER_SECOND) as load:
        time.sleep(_BEFORE_SECONDS)
        with fault() as gone:
            out = seconds_until(lambda: not cluster.gets_requests(name), run.amounts.away_seconds, since=gone)
            # What the host cannot know: a channel, and a new version of what it answers with
            version = int(time.time())
            cluster.api().create_item("channel-rest", scenario, channel("chaos.echo", path, "GET"))
            refused = _deploy(cluster, version, gone + run.amounts.away_seconds)
            deployed = time.time()
            time.sleep(max(0.0, gone + run.amounts.away_seconds - time.time()))
        restored = time.time()
        returning = OpenLoad(pool, lambda number: services.asking(f"{ids}-new-{number}", path), per_second=PER_SECOND)
        with returning:
            back = seconds_until(lambda: cluster.in_balancer()[name] == "UP", 90, since=restored)
            time.sleep(_AFTER_SECONDS)
    cluster.api().delete_item("channel-rest", scenario)
    sent = [each.id for each in load.attempted if each.kind == "send"]
    accepted = [each.sending.id for each in load.of("send") if each.ok]
    drained = seconds_until(lambda: not lost(accepted, cluster.processed("receive", ids)), _DRAIN_SECONDS)
    counters = count(sent, accepted, cluster.processed("receive", ids))
    booked = Counter(each.id for each in cluster.processed("book", ids))
    twice = [identity for identity, times in booked.items() if times > 1]
    effects = int(
        cluster.data.sql(services.DATABASE, f"SELECT count(*) - count(DISTINCT id) FROM effect WHERE id LIKE '{ids}-%'")
    )
    behind = [
        *_unknown(returning),
        *(() if refused else _stale([*load.of("echo"), *returning.outcomes], version, deployed)),
    ]
    failed = [*load.failed(), *returning.failed()]
    from_host = [each for each in returning.outcomes if each.ok and json.loads(each.body)["server"] == name]
    told = dict(Counter(f"{each.sending.kind} {each.status}" for each in failed))
    return Row(
        scenario=scenario,
        bar=_BAR,
        missed=missed(
            (
                (out <= OUT_SECONDS, f"{name} was in the balancer for {out:.1f} s more"),
                (back <= BACK_SECONDS, f"{name} was back after {back:.1f} s"),
                (bool(from_host), f"{name} has answered nothing since"),
                (not behind, f"{len(behind)} answers of servers that had not caught up: {first(behind)}"),
                (not refused, f"no deployment without the host: {refused}"),
                (not twice, f"requests that may not be repeated were done twice: {twice[:5]}"),
                (not effects, f"{effects} messages had their effect twice"),
                (counters.sound, f"{counters}"),
            )
        ),
        requests=len(load.outcomes) + len(returning.outcomes),
        failed=len(failed),
        recover_seconds=back,
        counters=counters,
        seen=(
            f"{name}: out of the balancer after {out:.1f} s, back {back:.1f} s after the fault's end",
            f"{len(from_host)} answers of it since",
            f"failed: {told}; p99 {percentile(load.outcomes, 0.99):.2f} s",
            f"all processed {drained:.1f} s after the load's end",
        ),
    )


def _deploy(cluster: ChaosCluster, version: int, until: float) -> str:
    """A new version once the cluster has it without the host; why not, where it refuses until then."""
    reasons: list[str] = []

    def deployed() -> bool:
        try:
            cluster.api().deploy(services.FILE, services.source(version))
        except Exception as error:  # noqa: BLE001 - tried again until there is no time left
            reasons.append(str(error))
            return False
        return True

    limit = max(1.0, until - time.time())
    return "" if seconds_until(deployed, limit) != float("inf") else (reasons or ["no answer"])[-1]


def _unknown(load: OpenLoad) -> list[Outcome]:
    """Answers of workers that did not know the channel."""
    return [each for each in load.outcomes if each.status == 404]


def _stale(echoes: list[Outcome], version: int, deployed: float) -> list[Outcome]:
    """Answers of an older version to what was asked after the newer one had been reported active."""
    return [
        each for each in echoes if each.ok and each.started > deployed and json.loads(each.body)["version"] < version
    ]
