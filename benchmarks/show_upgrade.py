"""python -m benchmarks.show_upgrade REVISION: from the packages of an earlier revision to today's and back, as root.

Both are built for Debian 12, the earlier ones from a clone at that revision, and put in place on a booted appliance of
two servers, several times in turn, while clients on another machine send requests.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.appliance import deploy_hello, install, servers_in_balancer
from support.hosts import hosts_with
from support.root_file_systems import BEFORE, REPOSITORY, base, built
from support.scenarios.upgrading import change_release, protect
from support.waiting import eventually

ROUNDS = 2


def main(revision: str) -> int:
    with tempfile.TemporaryDirectory(prefix="zato-upgrade-", dir="/var/tmp") as directory:
        clone = Path(directory) / "before"
        subprocess.run(["git", "clone", "-q", "--no-local", str(REPOSITORY), str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "-q", revision], check=True)
        for tree in (clone, REPOSITORY):
            make = ["make", "-C", str(tree), "deb", f"SUITE={BEFORE}"]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        # Releases before 4.1 are for one release of Debian, and have no directory for it
        before = sorted((clone / "build" / "deb").glob("**/*.deb"))
        return play(before, built(BEFORE))


def play(before: list[Path], now: list[Path]) -> int:
    missed = 0
    with hosts_with(before) as new_host, new_host("upgrade", base(BEFORE)) as host:
        install(host)
        deploy_hello(host)
        host.run("systemctl start zato-server@2")
        if not eventually(lambda: servers_in_balancer(host) == 2):
            print("The second server did not come into the balancer.", file=sys.stderr)
            return 1
        password = protect(host)
        for number in range(ROUNDS):
            for name, packages in (("now", now), ("before", before)):
                seen = change_release(host, packages, name, password)
                reached = not seen.failed and seen.well
                missed += not reached
                verdict = "REACHED" if reached else "NOT REACHED"
                print(f"Round {number + 1}, {seen} (bar: 0 failed, all well) {verdict}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.show_upgrade REVISION")
    sys.exit(main(sys.argv[1]))
