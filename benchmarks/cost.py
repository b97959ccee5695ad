"""python -m benchmarks.cost [SERVICE ...]: CPU time of one request in each process of the chain, and of its peers.

Services are hello and echo. Unlike requests a second, this says where the time goes, and what else the machine does
changes it little. All are measured in turn: the chain, bare Falcon in it, and FastAPI and Node-RED where
`tools/prepare bench` has put them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.chains import Load, bare_chain, descendants, wrk
from benchmarks.peers.chains import BUILD, Peer, fastapi, node_red
from benchmarks.peers.comparison import SCRIPTS, deploy
from support.cluster import RunningCluster

ROUNDS = 3
_TICK_MICROSECONDS = 1_000_000 / os.sysconf("SC_CLK_TCK")

_NAMES = (
    ("haproxy", "HAProxy"),
    ("lighttpd -D", "lighttpd"),
    ("bare_server", "workers"),
    ("zato.server", "workers"),
    ("quickstart", "supervisor"),
    ("bare_chain", "supervisor"),
    (str(BUILD), "workers"),
    ("node-red", "workers"),
)


def cpu_microseconds(*roots: int) -> dict[str, float]:
    """CPU time used so far by the processes below `roots`, and themselves, by name."""
    used: dict[str, float] = defaultdict(float)
    for pid in (pid for root in roots for pid in descendants(root)):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()
        used[_name(command)] += (int(fields[11]) + int(fields[12])) * _TICK_MICROSECONDS
    return used


def _name(command: list[str]) -> str:
    text = " ".join(command)
    return next((name for part, name in _NAMES if part in text), "others")


def cost(chain: Peer, service: str, connections: int) -> dict[str, float]:
    """Microseconds of CPU time for each request, by process; "requests/s" too."""
    before = cpu_microseconds(*chain.pids)
    load: Load = wrk(f"{chain.url}/{service}", connections, script=SCRIPTS[service])
    after = cpu_microseconds(*chain.pids)
    found = {name: (after[name] - before.get(name, 0)) / load.requests for name in after}
    return {**found, "all": sum(found.values()), "requests/s": load.rate}


def main(services: list[str]) -> int:
    unknown = [name for name in services if name not in SCRIPTS]
    if unknown:
        print(f"There is no service {', '.join(unknown)}; services are {', '.join(SCRIPTS)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="zato-cost-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        assert cluster.process is not None
        try:
            deploy(cluster)
            with ExitStack() as beside_it:
                bare = beside_it.enter_context(bare_chain(Path(directory) / "b"))
                chains = {"Zato": Peer(cluster.url, (cluster.process.pid,)), "bare": Peer(bare.url, (bare.pid,))}
                if BUILD.exists():
                    chains["FastAPI"] = beside_it.enter_context(fastapi(Path(directory) / "fastapi"))
                    chains["Node-RED"] = beside_it.enter_context(node_red(Path(directory) / "node-red"))
                time.sleep(1)
                for service in services or SCRIPTS:
                    for connections in (16, 64):
                        measure(chains, service, connections)
        finally:
            cluster.stop()
    return 0


def measure(chains: Mapping[str, Peer], service: str, connections: int) -> None:
    """Print the median of the rounds for each chain."""
    rounds: dict[str, list[dict[str, float]]] = {title: [] for title in chains}
    for _ in range(ROUNDS):
        for title, chain in chains.items():
            rounds[title].append(cost(chain, service, connections))
    for title, found in rounds.items():
        middle = {name: median(each.get(name, 0.0) for each in found) for name in found[0]}
        parts = "  ".join(f"{name} {value:7.1f}" for name, value in sorted(middle.items()))
        print(f"{service:5} {connections:3} {title:8}  {parts}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
