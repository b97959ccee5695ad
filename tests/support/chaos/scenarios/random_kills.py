"""Asynchronous invocations while processes of every kind are killed at random."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from support.chaos.counters import count, lost
from support.chaos.data_host import NAME as DATA
from support.chaos.faults import kill
from support.chaos.open_load import OpenLoad, Outcome, percentile
from support.chaos.plan import Kill, plan_kills
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests
from support.chaos.table import Row
from support.chaos.topology import PREFETCH, SERVERS, ChaosCluster

NAME = "random-kills"
_DRAIN_SECONDS = 300.0
_BAR = "lost, unexpected, unmarked 0; duplicated at most {} by the prefetch of what was killed"


def random_kills(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    ids = this_time(NAME)
    requests = Requests(ids)
    seconds = run.amounts.invocations / PER_SECOND
    victims = cluster.victims()
    plan = plan_kills(run.log.seed, victims, run.amounts.kills, seconds)
    killed: list[Kill] = []
    with (
        cluster.pool() as pool,
        OpenLoad(pool, requests.send, per_second=PER_SECOND, count=run.amounts.invocations) as load,
    ):
        started = time.time()
        for planned in plan:
            time.sleep(max(0.0, started + planned.after_seconds - time.time()))
            # What was killed with something else may not be there again yet
            instead = run.chance.sample(victims, len(victims))
            for victim in (planned.victim, *instead):
                if kill(cluster.hosts, victim, run.chance, run.log):
                    killed.append(Kill(planned.after_seconds, victim))
                    break
        load.wait()
    ended = time.time()
    settled = seconds_until(cluster.all_up, 120, since=ended)
    accepted = [each.sending.id for each in load.outcomes if each.ok]
    drained = seconds_until(lambda: not lost(accepted, cluster.processed("receive", ids)), _DRAIN_SECONDS, since=ended)
    counters = count([each.id for each in load.attempted], accepted, cluster.processed("receive", ids))
    bound = duplicates_bound(killed)
    failed = load.failed()
    yield Row(
        scenario=NAME,
        bar=_BAR.format(bound),
        missed=missed(
            (
                (counters.sound, f"{counters}"),
                (counters.duplicated <= bound, f"{counters.duplicated} were duplicated"),
                (len(killed) == len(plan), f"only {len(killed)} of {len(plan)} victims were there to be killed"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        recover_seconds=max(settled, drained),
        counters=counters,
        seen=(
            f"{len(killed)} killed: {dict(Counter(str(each.victim.unit).split('@')[0] for each in killed))}",
            f"failed: {dict(Counter(each.status for each in failed))}, in {_seconds(failed)} of the seconds; "
            f"p99 {percentile(load.outcomes, 0.99):.2f} s",
            f"all servers in the balancer {settled:.1f} s, all processed {drained:.1f} s after the load's end",
        ),
    )


def _seconds(failed: Sequence[Outcome]) -> int:
    """In how many seconds anything failed."""
    return len({int(each.started) for each in failed})


def duplicates_bound(killed: Sequence[Kill]) -> int:
    """What was under way, at most: a listener's prefetch, or all listeners' where what they share was killed. Pure."""
    return sum(PREFETCH * (len(SERVERS) if each.victim.host == DATA else 1) for each in killed)
