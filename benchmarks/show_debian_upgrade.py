"""python -m benchmarks.show_debian_upgrade: a cluster of two machines goes from Debian 12 to 13 under load, as root.

One machine after the other; each is booted again afterwards, as for a new kernel, while the other one serves. Ends with
status 1 where a request failed or something was not as it was before.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.apt_repositories import repository
from support.hosts import Host, hosts_with
from support.root_file_systems import BEFORE, REPOSITORY, built
from support.scenarios.debian_upgrading import Step, two_machines, under_load, upgrade

LOG = REPOSITORY / "build" / "debian-upgrade.log"


def main() -> int:
    subprocess.run(["make", "-C", str(REPOSITORY), "deb"], check=True, stdout=subprocess.DEVNULL)
    packages = built(BEFORE)
    with (
        LOG.open("w", encoding="utf-8") as log,
        repository(REPOSITORY / "build" / "deb") as made,
        hosts_with(packages) as new_host,
        two_machines(new_host, packages, made) as machines,
    ):
        steps = []
        for name, host in (
            ("the second machine, a server", machines.second),
            ("the first, with balancer", machines.first),
        ):
            what = f"apt full-upgrade of {name}"
            steps.append(under_load(machines, what, host, partial(_upgrade, host, log)))
            print(verdict(steps[-1]), flush=True)
        steps.append(under_load(machines, "a boot of the second machine", machines.second, machines.second.reboot))
        print(verdict(steps[-1]), flush=True)
    return 0 if all(map(reached, steps)) else 1


def _upgrade(host: Host, log: TextIO) -> None:
    log.write(upgrade(host))


def reached(step: Step) -> bool:
    return not step.failed and not step.changed and step.well


def verdict(step: Step) -> str:
    return f"{step} (bar: 0 failed, nothing changed, all well) {'REACHED' if reached(step) else 'NOT REACHED'}"


if __name__ == "__main__":
    sys.exit(main())
