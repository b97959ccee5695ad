"""python -m benchmarks.show_hosts [DAEMON ...]: kills each daemon of an appliance ten times under load, as root.

A line for each, as `benchmarks.show` prints them; the tests do the same, less often.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.appliance import deploy_hello, install, servers_in_balancer
from support.hosts import hosts_with
from support.root_file_systems import REPOSITORY, SUITE, built
from support.scenarios.faults import BACK_SECONDS, VICTIMS, kill_daemons
from support.waiting import eventually

TIMES = 10


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in VICTIMS]
    if unknown:
        print(f"There is no daemon {', '.join(unknown)}; daemons are {', '.join(VICTIMS)}.", file=sys.stderr)
        return 2
    subprocess.run(["make", "-C", str(REPOSITORY), "deb", f"SUITE={SUITE}"], check=True)
    missed = 0
    with hosts_with(built()) as new_host, new_host("faults") as host:
        install(host)
        deploy_hello(host)
        host.run("systemctl start zato-server@2")
        if not eventually(lambda: servers_in_balancer(host) == 2):
            print("The second server did not come into the balancer.", file=sys.stderr)
            return 1
        for victim in wanted or VICTIMS:
            (seen,) = kill_daemons(host, TIMES, (victim,))
            reached = not seen.failed and max(seen.back_seconds) <= BACK_SECONDS
            missed += not reached
            verdict = "REACHED" if reached else "NOT REACHED"
            bar = f"back within {BACK_SECONDS:.0f} s, 0 failed beside what HAProxy held"
            print(f"python -m benchmarks.show_hosts {victim!r}: {seen} (bar: {bar}) {verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
