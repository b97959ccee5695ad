"""PostgreSQL is killed and stays away, and a server is restarted meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from support.chaos.counters import count, lost
from support.chaos.data_host import POSTGRESQL
from support.chaos.open_load import OpenLoad, Outcome, first, in_turn, percentile
from support.chaos.run import PER_SECOND, Run, missed, seconds_until, this_time
from support.chaos.services import Requests, channel
from support.chaos.table import Row
from support.chaos.topology import SERVERS, ChaosCluster
from zato.core.errors import ZatoError

NAME = "odb-away"
BACK_SECONDS = 10.0
RESTARTED = "second"
_BEFORE_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
_DRAIN_SECONDS = 240.0
_BAR = f"HTTP 0 failed; changes refused with 503, Retry-After; back within {BACK_SECONDS:.0f} s, nothing restarted"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A change that was asked for while the ODB was away."""

    name: str
    status: int
    retry_after: str

    @property
    def refused(self) -> bool:
        return self.status == 503 and self.retry_after.isdigit()


def odb_away(cluster: ChaosCluster, run: Run) -> Iterator[Row]:
    ids = this_time(NAME)
    requests = Requests(ids)
    before = cluster.main_pids()
    with cluster.pool() as pool, OpenLoad(pool, in_turn(requests.echo, requests.send), per_second=PER_SECOND) as load:
        time.sleep(_BEFORE_SECONDS)
        with cluster.data.away(POSTGRESQL, run.log) as away:
            until = away + run.amounts.away_seconds
            attempts = [_attempt(cluster, 0)]
            served = _restart_server(cluster, run)
            while time.time() < until:
                attempts.append(_attempt(cluster, len(attempts)))
                time.sleep(_PAUSE_SECONDS)
        back = time.time()
        changed = _seconds_until_changed(cluster, back)
        time.sleep(_BEFORE_SECONDS)
    names = {item["name"] for item in cluster.api().items("channel-rest")["items"]}
    accepted_all_the_same = [attempt.name for attempt in attempts if attempt.name in names]
    after = cluster.main_pids()
    restarted = sorted(
        unit for unit, pid in before.items() if after.get(unit) != pid and not unit.startswith(f"{RESTARTED} ")
    )
    _clean(cluster)
    sent = [each.id for each in load.attempted if each.kind == "send"]
    accepted = [each.sending.id for each in load.of("send") if each.ok]
    drained = seconds_until(lambda: not lost(accepted, cluster.processed("receive", ids)), _DRAIN_SECONDS)
    counters = count(sent, accepted, cluster.processed("receive", ids))
    failed = [*load.failed("echo"), *(each for each in load.failed("send") if not _is_refusal(each))]
    refused = [each for each in load.failed("send") if _is_refusal(each)]
    not_refused = [attempt for attempt in attempts if not attempt.refused]
    yield Row(
        scenario=NAME,
        bar=_BAR,
        missed=missed(
            (
                (not failed, f"{len(failed)} requests failed: {first(failed)}"),
                (not not_refused, f"{len(not_refused)} of {len(attempts)} changes were not refused: {not_refused[:3]}"),
                (not accepted_all_the_same, f"refused and there all the same: {accepted_all_the_same[:3]}"),
                (
                    served <= run.amounts.away_seconds,
                    "the restarted server was not in the balancer before the ODB's return",
                ),
                (changed <= BACK_SECONDS, f"changes worked after {changed:.1f} s"),
                (not restarted, f"other processes than before: {restarted}"),
                (counters.sound, f"{counters}"),
            )
        ),
        requests=len(load.outcomes),
        failed=len(failed),
        recover_seconds=changed,
        counters=counters,
        seen=(
            f"refused with 503 and Retry-After: {len(attempts)} changes, {len(refused)} asynchronous invocations",
            f"{RESTARTED}, restarted, served from its snapshot after {served:.1f} s",
            f"all processed {drained:.1f} s after the load's end; p99 {percentile(load.of('echo'), 0.99):.2f} s",
        ),
    )


def _restart_server(cluster: ChaosCluster, run: Run) -> float:
    """Seconds until the balancer has it again."""
    number = SERVERS[RESTARTED]
    started = run.log.note("systemctl restart", host=RESTARTED, unit=f"zato-server@{number}")
    cluster.servers[RESTARTED].run(f"systemctl restart zato-server@{number}", timeout=120)
    return seconds_until(lambda: cluster.in_balancer()[RESTARTED] == "UP", run.amounts.away_seconds, since=started)


def _attempt(cluster: ChaosCluster, number: int) -> Attempt:
    name = f"{NAME} {number}"
    body = json.dumps({"name": name, "value": channel("chaos.echo", f"/chaos/{NAME}/{number}", "GET")}).encode()
    with cluster.administrator() as pool:
        headers = {"Content-Type": "application/json"}
        answer = pool.request("POST", "/zato/api/items/channel-rest", body=body, headers=headers, retries=False)
    return Attempt(name, answer.status, answer.headers.get("Retry-After", ""))


def _seconds_until_changed(cluster: ChaosCluster, back: float) -> float:
    """Until a change is accepted and every worker has applied it."""
    revisions: list[int] = []

    def accepted() -> bool:
        try:
            value = channel("chaos.echo", f"/chaos/{NAME}/after", "GET")
            revisions.append(int(cluster.api().create_item("channel-rest", f"{NAME} after", value)["revision"]))
        except ZatoError:
            return False
        return True

    if seconds_until(accepted, 60) == float("inf"):
        return float("inf")
    return seconds_until(lambda: cluster.has_everywhere(revisions[-1]), 60, since=back)


def _clean(cluster: ChaosCluster) -> None:
    api = cluster.api()
    for item in api.items("channel-rest")["items"]:
        if item["name"].startswith(f"{NAME} "):
            api.delete_item("channel-rest", item["name"])


def _is_refusal(outcome: Outcome) -> bool:
    return outcome.status == 503 and outcome.retry_after.isdigit()
