"""python -m benchmarks.cost: CPU time of one request in each process of the chain, Zato's and bare Falcon's in turn.

Unlike requests a second, this says where the time goes, and what else the machine does changes it little.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.chains import HELLO, Load, bare_chain, descendants, wrk
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
)


def cpu_microseconds(root: int) -> dict[str, float]:
    """CPU time used so far by the processes below `root`, and itself, by name."""
    used: dict[str, float] = defaultdict(float)
    for pid in descendants(root):
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


def cost(root: int, url: str, connections: int) -> dict[str, float]:
    """Microseconds of CPU time for each request, by process; "requests/s" too."""
    before = cpu_microseconds(root)
    load: Load = wrk(url, connections)
    after = cpu_microseconds(root)
    found = {name: (after[name] - before.get(name, 0)) / load.requests for name in after}
    return {**found, "all": sum(found.values()), "requests/s": load.rate}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="zato-cost-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        assert cluster.process is not None
        try:
            api = cluster.api()
            api.deploy("bench.py", HELLO.format(n="").encode())
            api.create_item("channel-rest", "hello", {"service": "bench.hello", "path": "/hello", "methods": ["GET"]})
            time.sleep(1)
            with bare_chain(Path(directory) / "b") as bare:
                for connections in (16, 64):
                    for _ in range(ROUNDS):
                        show("Zato", connections, cost(cluster.process.pid, f"{cluster.url}/hello", connections))
                        show("bare", connections, cost(bare.pid, f"{bare.url}/hello", connections))
        finally:
            cluster.stop()


def show(title: str, connections: int, found: dict[str, float]) -> None:
    parts = "  ".join(f"{name} {value:7.1f}" for name, value in sorted(found.items()))
    print(f"{title} {connections:3}  {parts}", flush=True)


if __name__ == "__main__":
    main()
