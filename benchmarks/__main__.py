"""python -m benchmarks [PART ...]: prints one line for each figure, with its bar. Parts are speed, peers and growth."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import in_flight
from benchmarks.chains import HELLO, OURS, bare_chain, running, wrk
from benchmarks.cost import cpu_microseconds
from benchmarks.growth import growth
from benchmarks.memory import pss_megabytes
from benchmarks.peers.comparison import deploy, peers
from benchmarks.ratios import ratio
from support.cluster import RunningCluster
from support.ports import free_ports

IDLE_SECONDS = 30
IDLE_BAR = 20
MEMORY_BAR = 185
SETTLE_SECONDS = 10  # in which what follows a start or a change comes to rest


def idle_milliseconds(cluster: RunningCluster) -> float:
    """CPU time of the supervisor and everything below it in each second in which nothing happens."""
    assert cluster.process is not None
    before = sum(cpu_microseconds(cluster.process.pid).values())
    time.sleep(IDLE_SECONDS)
    return (sum(cpu_microseconds(cluster.process.pid).values()) - before) / 1000 / IDLE_SECONDS


def speed() -> bool:
    """Whether each of the requests in active at once was answered; ratios depend on what else the machine does."""
    with tempfile.TemporaryDirectory(prefix="zato-bench-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        try:
            return measure(cluster, Path(directory))
        finally:
            cluster.stop()


PARTS: dict[str, Callable[[], bool]] = {"speed": speed, "peers": peers, "growth": growth}


def main(wanted: list[str]) -> int:
    """1 where something was missed that does not depend on what else the machine does."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"There is no part {', '.join(unknown)}; parts are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    reached = [PARTS[name]() for name in wanted or PARTS]
    return 0 if all(reached) else 1


def measure(cluster: RunningCluster, directory: Path) -> bool:
    """Print all figures; whether each request of those in active at once was answered."""
    deploy(cluster)
    time.sleep(SETTLE_SECONDS)
    idle = idle_milliseconds(cluster)
    missed = ", NOT REACHED" if idle > IDLE_BAR else ""
    print(f"CPU of the whole quickstart while nothing happens: {idle:.0f} ms/s (bar {IDLE_BAR}{missed})", flush=True)
    memory = pss_megabytes(cluster)
    missed = ", NOT REACHED" if memory > MEMORY_BAR else ""
    print(f"memory (PSS) of the whole quickstart, two workers: {memory:.0f} MB (bar {MEMORY_BAR}{missed})", flush=True)
    hello = f"{cluster.url}/hello"
    front, port = free_ports(2)
    bare_direct = [*OURS, "--bind", f"127.0.0.1:{front}", "benchmarks.bare:app"]
    with bare_chain(directory / "b") as bare:
        ratio(
            "(a) a JSON service, whole chain : bare Falcon, same worker, same chain",
            0.90,
            lambda: wrk(hello, 16),
            lambda: wrk(f"{bare.url}/hello", 16),
        )
    # The front socket is a unix socket, which wrk does not speak: a relay would measure itself, so the same
    # application is started once more on a port.
    zato_direct = [sys.executable, "-m", "benchmarks.on_port", str(cluster.layout.root), str(port)]
    with running(bare_direct), running(zato_direct):
        ratio(
            "(b) the same without HAProxy and lighttpd",
            0.80,
            lambda: wrk(f"http://127.0.0.1:{port}/hello", 16, close=True),
            lambda: wrk(f"http://127.0.0.1:{front}/hello", 16, close=True),
        )
    many(cluster)
    # Last, since it leaves the chain slower for some seconds: the balancer's connections of the burst end by and by
    return in_flight.all_answered(cluster)


def many(cluster: RunningCluster) -> None:
    """1,000 services and channels against one: two clusters side by side, so both are measured in turn."""
    with tempfile.TemporaryDirectory(prefix="zato-many-") as directory:
        other = RunningCluster(Path(directory) / "z", "--workers", "2")
        other.start()
        try:
            api = other.api()
            body = "".join(HELLO.format(n=n).replace("class Hello", f"class Hello{n}") for n in range(1000))
            api.deploy("bench.py", body.encode())
            lines = ["channel-rest:"]
            for n in range(1000):
                lines += [f"  h{n}:", f"    service: bench.hello{n}", f"    path: /hello/{n}", "    methods: [GET]"]
            api.import_("\n".join(lines), "merge")
            time.sleep(2)
            ratio(
                "(c) 1,000 services and 1,000 channels : one",
                0.95,
                lambda: wrk(f"{other.url}/hello/777", 16),
                lambda: wrk(f"{cluster.url}/hello", 16),
            )
        finally:
            other.stop()


sys.exit(main(sys.argv[1:]))
