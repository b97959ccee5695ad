"""python -m benchmarks.show [PART ...]: plays through in full what is promised, and prints a line for each promise.

A line has the command that shows it alone, what was seen, the bar, and REACHED or NOT REACHED. Exit status 1 where one
was not reached. The tests play the same scenarios (`tests/support/scenarios`) in small, with bars for a busy machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.attacks import ATTACKS
from support.cluster import RunningCluster
from support.databases import DatabaseServer
from support.mariadb import MariaDb
from support.postgresql import PostgreSql
from support.scenarios import attacking, backing_up, edge_reloading
from support.scenarios.balancing import balance as play_balance
from support.scenarios.balancing import expose
from support.scenarios.changing import change_versions
from support.scenarios.dropping import drop_versions
from support.scenarios.killing import kill_workers
from support.scenarios.moving import move_twice
from support.scenarios.outage import Way, cluster_on, go_without_odb
from support.scenarios.refusing import refuse_broken
from support.scenarios.standing_still import stand_still
from support.scenarios.starting import seconds_to_start_again

# Of the hundred requests a second that the load is made of, as many must come out at any time
RATE = 95
Line = tuple[str, str, bool]
"""What was seen, the bar, and whether it was reached."""


@contextmanager
def running(*options: str) -> Iterator[RunningCluster]:
    with tempfile.TemporaryDirectory(prefix="zato-show-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2", *options)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def start() -> Iterator[Line]:
    with running() as cluster:
        seconds = seconds_to_start_again(cluster)
    yield f"second start, until /zato/ping answers 200: {seconds:.1f} s", "6 s", seconds <= 6


def drop() -> Iterator[Line]:
    for servers in ("1", "2"):
        with running("--servers", servers) as cluster:
            dropped = drop_versions(cluster, 50)
        yield f"servers: {servers}; {dropped}", "median 0.5 s, p95 1.0 s", dropped.median <= 0.5 and dropped.p95 <= 1.0


def change() -> Iterator[Line]:
    for servers in ("1", "2"):
        with running("--servers", servers) as cluster:
            changed = change_versions(cluster, 100)
        wrong = [*changed.failed, *changed.mixed, *changed.stale]
        reached = not wrong and changed.lowest_rate >= RATE
        yield f"servers: {servers}; {changed}", f"0 of each, at {RATE} a second at least", reached


def refuse() -> Iterator[Line]:
    with running() as cluster:
        refused = refuse_broken(cluster)
    for problem in refused.problems:
        print(f"    {problem}")
    reached = (
        not refused.problems
        and len(refused.seconds) >= 30
        and max(refused.seconds) <= 6
        and not refused.failed
        and not refused.others
        and refused.lowest_rate >= RATE
    )
    yield str(refused), f"30 files or more, 6 s each, 0 of the others, at {RATE} a second at least", reached


def kill() -> Iterator[Line]:
    with running() as cluster:
        killed = kill_workers(cluster, 50)
    reached = killed.workers == 50 and killed.repeated > 0 and not killed.failed and killed.lowest_rate >= RATE
    yield str(killed), f"50 killed, 0 failed, at {RATE} a second at least", reached


def outage() -> Iterator[Line]:
    server = PostgreSql()
    try:
        for way in Way:
            with cluster_on(server) as cluster:
                seen = go_without_odb(cluster, server, way, seconds=60)
            reached = (
                not (seen.failed or seen.not_refused or seen.accepted or seen.restarted)
                and seen.worker_back_seconds <= 30
                and max(seen.change_back_seconds, seen.deployment_back_seconds) <= 10
                and seen.lowest_rate >= RATE
            )
            yield str(seen), f"0 of each, back within 10 s, at {RATE} a second at least", reached
    finally:
        server.remove()


def move() -> Iterator[Line]:
    postgresql, mariadb = PostgreSql(), MariaDb()
    try:
        with tempfile.TemporaryDirectory(prefix="zato-show-") as directory:
            servers: list[tuple[str, DatabaseServer]] = [("PostgreSQL", postgresql), ("MariaDB", mariadb)]
            for seen in move_twice(Path(directory), servers, items=10_000, revisions=2_000, deployments=100):
                reached = seen.equal and seen.refused_meanwhile and seen.numbered_on
                yield str(seen), "10,000 items, 2,000 revisions, 100 deployments: equal hashes", reached
    finally:
        postgresql.remove()
        mariadb.remove()


def balance() -> Iterator[Line]:
    with running("--servers", "2") as cluster:
        expose(cluster)
        seen = play_balance(cluster, rounds=10, reloads=50)
    reached = not seen.failed and seen.reloads == 50 and seen.lowest_rate >= RATE
    yield str(seen), f"50 reloads, 0 failed, at {RATE} a second at least", reached


def edge() -> Iterator[Line]:
    for servers in (1, 2):
        with running("--servers", str(servers)) as cluster:
            edge_reloading.expose(cluster)
            seen = edge_reloading.reload_edges(cluster, servers, 50)
        reached = not seen.failed and seen.reloads == 50 and seen.lowest_rate >= RATE
        yield str(seen), f"50 reloads, 0 failed, at {RATE} a second at least", reached


def backup() -> Iterator[Line]:
    with running() as cluster, tempfile.TemporaryDirectory(prefix="zato-show-") as directory:
        backing_up.fill(cluster, items=10_000, deployments=20, messages=1_000)
        seen = backing_up.back_up(cluster, Path(directory))
    reached = not (seen.failed or seen.different) and seen.items >= 10_000 and seen.lowest_rate >= RATE
    yield str(seen), f"equal hashes, 0 failed, at {RATE} a second at least", reached


def attack() -> Iterator[Line]:
    print("    Attackers are one process with one TLS context, in a session that gives way to those of the cluster")
    for shared_address in (False, True):
        with running() as cluster, attacking.before_all_else(cluster) as first:
            where = "before" if first else "together with"
            load = os.getloadavg()[0]
            print(f"    The cluster comes {where} what else there is to do; load of the machine {load:.0f}", flush=True)
            attacking.expose(cluster)
            for name in ATTACKS:
                seen = attacking.attack(cluster, name, seconds=45, quiet_seconds=10, shared_address=shared_address)
                if shared_address:
                    bar, reached = "nothing but 200 and 429", not seen.failed
                else:
                    bar = f"0 failed but those taken along, p99 {attacking.RATIO_MAX:.0f}-fold, recovered within 5 s"
                    reached = (
                        not (seen.failed or seen.limited)
                        and seen.taken_along <= attacking.TAKEN_ALONG_MAX
                        and seen.ratio <= attacking.RATIO_MAX
                        and seen.recovery_seconds <= attacking.RECOVERY_SECONDS_MAX
                    )
                yield str(seen), bar, reached


def still() -> Iterator[Line]:
    for servers in ("1", "2"):
        with running("--servers", servers) as cluster:
            seen = stand_still(cluster, 60)
        reached = not (seen.failed or seen.failed_later or seen.ended) and seen.waited >= 1190
        yield f"servers: {servers}; {seen}", "0 failed, 0 ended", reached


PARTS: dict[str, Callable[[], Iterator[Line]]] = {
    "start": start,
    "drop": drop,
    "change": change,
    "refuse": refuse,
    "kill": kill,
    "outage": outage,
    "move": move,
    "balance": balance,
    "edge": edge,
    "attack": attack,
    "backup": backup,
    "still": still,
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"There is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    missed = 0
    for name in wanted or PARTS:
        for seen, bar, reached in PARTS[name]():
            missed += not reached
            verdict = "REACHED" if reached else "NOT REACHED"
            print(f"python -m benchmarks.show {name:<7} {seen} (bar: {bar}) {verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
