"""HAProxy, and the lighttpd of each server, load their configuration anew, again and again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import cycle

from support.chaos.open_load import OpenLoad, first, in_turn, percentile
from support.chaos.run import PER_SECOND, Run, missed, this_time
from support.chaos.services import Requests
from support.chaos.table import Row
from support.chaos.topology import SERVERS, ChaosCluster

_PAUSE_SECONDS = 1.0
_BAR = "0 failed, nothing done twice"


def haproxy_reloads(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """By `zato balancer reload`."""

    def reload() -> str:
        cluster.balancer.run("zato balancer reload")
        return next(line for line in cluster.haproxy("show info").splitlines() if line.startswith("Pid:"))

    yield _reloading(cluster, run, "haproxy-reloads", reload, lambda pids: len(pids) - 1)


def lighttpd_reloads(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    """By `systemctl reload`, on one server after the other."""
    hosts = cycle(SERVERS)

    def reload() -> str:
        name = next(hosts)
        unit = f"zato-lighttpd@{SERVERS[name]}"
        cluster.servers[name].run(f"systemctl reload {unit}")
        said = cluster.servers[name].run(f"journalctl -b -u {unit} -o cat -g 'server started' | wc -l")
        return f"{name} {said.stdout.strip()}"

    yield _reloading(cluster, run, "lighttpd-reloads", reload, len)


def _reloading(
    cluster: ChaosCluster, run: Run, scenario: str, reload: Callable[[], str], count: Callable[[set[str]], int]
) -> Row:
    """`reload` says which one came of it; `count` how many reloads a set of those shows, at least."""
    ids = this_time(scenario)
    requests = Requests(ids)
    took, seen = [], set()
    with cluster.pool() as pool, OpenLoad(pool, in_turn(requests.echo, requests.book), per_second=PER_SECOND) as load:
        time.sleep(_PAUSE_SECONDS)
        for number in range(run.amounts.reloads):
            began = run.log.note("reload", number=number + 1)
            seen.add(reload())
            took.append(time.time() - began)
            time.sleep(_PAUSE_SECONDS)
    failed = load.failed()
    booked = Counter(each.id for each in cluster.processed("book", ids))
    twice = [identity for identity, times in booked.items() if times > 1]
    done = count(seen)
    return Row(
        scenario=scenario,
        bar=_BAR,
        missed=missed(
            (
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
                (not twice, f"requests that may not be repeated were done twice: {twice[:5]}"),
                (done >= run.amounts.reloads - 1, f"only {done} reloads took place"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        seen=(
            f"{run.amounts.reloads} reloads, each {sum(took) / len(took):.2f} s on average, {max(took):.2f} s at most",
            f"p99 {percentile(load.outcomes, 0.99):.2f} s; this machine was late by {load.late():.2f} s at most",
        ),
    )
