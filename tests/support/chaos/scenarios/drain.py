"""Each server is taken out of the balancer and put back by the command line, again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from support.chaos.open_load import OpenLoad, Outcome, first, in_turn, percentile
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests
from support.chaos.table import Row
from support.chaos.topology import SERVERS, ChaosCluster

NAME = "drain"
AGREE_SECONDS = 2.0
# For requests that HAProxy had handed over before it was told
_ON_ITS_WAY_SECONDS = 1.0
_BAR = f"0 failed; zato status and HAProxy agree within {AGREE_SECONDS:.0f} s of each command"


@dataclass(frozen=True, slots=True)
class Step:
    """A server that drained from the end of one command to the beginning of the next."""

    server: str
    since: float
    until: float


def drain(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    requests = Requests(this_time(NAME))
    steps: list[Step] = []
    agreed: list[float] = []
    took: list[float] = []
    with cluster.pool() as pool, OpenLoad(pool, in_turn(requests.echo, requests.book), per_second=PER_SECOND) as load:
        for _ in range(run.amounts.rounds):
            for name in SERVERS:
                drained = _command(cluster, run, name, "drain", agreed, took)
                steps.append(Step(name, drained, time.time()))
                _command(cluster, run, name, "ready", agreed, took)
    failed = load.failed()
    served = [each for step in steps for each in _served(load, step)]
    slowest = max(agreed)
    yield Row(
        scenario=NAME,
        bar=_BAR,
        missed=missed(
            (
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
                (slowest <= AGREE_SECONDS, f"zato status and HAProxy agreed after {slowest:.1f} s"),
                (not served, f"{len(served)} requests reached a server that drained: {first(served)}"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        recover_seconds=slowest,
        seen=(
            f"{len(agreed)} commands, each {sum(took) / len(took):.2f} s on average, {max(took):.2f} s at most",
            f"from a command's end until zato status says what HAProxy says: {sum(agreed) / len(agreed):.2f} s on "
            f"average, {slowest:.2f} s at most, of which the answer of zato status itself is the greater part",
            f"p99 {percentile(load.outcomes, 0.99):.2f} s; this machine was late by {load.late():.2f} s at most",
        ),
    )


def _command(cluster: ChaosCluster, run: Run, name: str, word: str, agreed: list[float], took: list[float]) -> float:
    """The time at which it was done; returns when the step's time is over."""
    began = run.log.note(f"zato server {word}", server=name)
    cluster.balancer.run(f"zato server {word} {SERVERS[name]}")
    done = time.time()
    took.append(done - began)
    agreed.append(seconds_until(lambda: _agree(cluster, name, word), 30, since=done))
    time.sleep(max(0.0, began + run.amounts.step_seconds - time.time()))
    return done


def _agree(cluster: ChaosCluster, name: str, word: str) -> bool:
    """Whether `zato status` and HAProxy's `show servers state` say the same of all, and of this one what is wanted."""
    told = json.loads(cluster.balancer.run("zato --json status", check=False).stdout)["balancer"]["servers"]
    by_name = {server["name"]: server for server in told}
    seen = {host: by_name[f"server-{number}"] for host, number in SERVERS.items()}
    modes, states = cluster.modes(), cluster.in_balancer()
    same = all(seen[host]["mode"] == modes[host] and seen[host]["status"] == states[host] for host in SERVERS)
    return same and modes[name] == word


def _served(load: OpenLoad, step: Step) -> list[Outcome]:
    """What the server answered while it drained."""
    since = step.since + _ON_ITS_WAY_SECONDS
    during = [each for each in load.outcomes if each.ok and since <= each.started and each.ended <= step.until]
    return [each for each in during if json.loads(each.body)["server"] == step.server]
