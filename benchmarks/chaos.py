"""python -m benchmarks.chaos [--scenario NAME] [--seed N] [--scale F]: the fault suite on five hosts, as root.

Every fault is in build/chaos/faults.jsonl with its time and seed. Ends with a table; exit status 1 where a bar was
missed.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.chaos.fault_log import FaultLog
from support.chaos.run import Amounts, Run
from support.chaos.scenarios import SCENARIOS
from support.chaos.table import Row, render
from support.chaos.topology import ChaosCluster, running
from support.hosts import hosts_with
from support.root_file_systems import REPOSITORY, SUITE, built

LOG = REPOSITORY / "build" / "chaos" / "faults.jsonl"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos")
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), help="all, unless given")
    parser.add_argument("--seed", type=int, help="what is left to chance follows from it; made up unless given")
    parser.add_argument("--scale", type=float, default=1.0, help="of all amounts; the bars are about 1")
    given = parser.parse_args(arguments)
    seed = random.randrange(10**6) if given.seed is None else given.seed
    amounts = Amounts() if given.scale == 1 else Amounts().scaled(given.scale)
    make = ["make", "-C", str(REPOSITORY), "deb", f"SUITE={SUITE}"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    rows: list[Row] = []
    with (
        hosts_with(built()) as new_host,
        running(new_host, _say) as cluster,
    ):
        for name in given.scenario or SCENARIOS:
            rows += _play(cluster, name, Run.of(FaultLog(LOG, name, seed), amounts))
    print(f"\nseed {seed}; every fault is in {LOG}\n{render(rows)}")
    return 0 if all(row.reached for row in rows) else 1


def _play(cluster: ChaosCluster, name: str, run: Run) -> list[Row]:
    """The scenario's rows; one that fails unexpectedly is a row as well, so that the others are played."""
    _say(f"{name}, seed {run.log.seed}")
    rows = []
    try:
        cluster.settle()
        for row in SCENARIOS[name](cluster, run):
            rows.append(row)
            print(*(f"    {line}" for line in (*row.seen, *row.missed)), sep="\n", flush=True)
    except Exception as error:  # noqa: BLE001 - the table is to have a line for each scenario
        rows.append(Row(name, "plays to its end", [f"{type(error).__name__}: {error}"[:2000]], requests=0, failed=0))
        print(f"    {rows[-1].missed[0]}", flush=True)
    return rows


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
