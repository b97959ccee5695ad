"""python -m benchmarks growth: what a cluster with very many channels, services and users takes, one line a figure."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.chains import HELLO
from benchmarks.memory import pss_megabytes
from support.cluster import RunningCluster
from support.load import Load
from support.scenarios.starting import seconds_to_start_again
from zato.client.api import ApiClient

CHANNELS = 10_000
USERS = 5_000
_A_FILE = 1_000  # services
ROUNDS = 5
_LOAD_SECONDS = 10.0
_MORE_CHANNELS = 20

P99_RATIO_BAR = 1.5
PSS_BAR = 400
SECOND_START_BAR = 4.0
ONE_MORE_BAR = 30
USERS_BAR = 10.0


def growth() -> bool:
    """Print each figure with its bar. Always True: what a figure is depends on what else the machine does."""
    with tempfile.TemporaryDirectory(prefix="zato-growth-") as directory:
        cluster = RunningCluster(Path(directory) / "z", "--workers", "2")
        cluster.start()
        try:
            _fill(cluster.api())
            cluster.settle()
            _second_start(cluster)
            _one_more(cluster.api())
            _changes(cluster)
            _memory(cluster)
            _users(cluster.api())
        finally:
            cluster.stop()
    return True


def _fill(api: ApiClient) -> None:
    for first in range(0, CHANNELS, _A_FILE):
        services = (HELLO.format(n=n).replace("class Hello", f"class Hello{n}") for n in range(first, first + _A_FILE))
        api.deploy(f"bench{first}.py", "".join(services).encode())
    lines = ["channel-rest:"]
    for n in range(CHANNELS):
        lines += [f"  h{n}:", f"    service: bench.hello{n}", f"    path: /hello/{n}", "    methods: [GET]"]
    api.import_("\n".join(lines), "merge")


def _second_start(cluster: RunningCluster) -> None:
    seconds = median(seconds_to_start_again(cluster) for _ in range(3))
    _line("second start", seconds, SECOND_START_BAR, "s")


def _one_more(api: ApiClient) -> None:
    taken = []
    for n in range(_MORE_CHANNELS):
        body = {"service": f"bench.hello{n}", "path": f"/more/{n}", "methods": ["GET"]}
        taken.append(_seconds(partial(api.create_item, "channel-rest", f"more{n}", body)))
        time.sleep(0.5)  # the workers go by it
    _line("one more channel", median(taken) * 1000, ONE_MORE_BAR, "ms")


def _changes(cluster: RunningCluster) -> None:
    """Rounds with and without changes in turn, as the machine has other things to do at one time than at another."""
    api, ratios, quiet, changing = cluster.api(), [], [], []
    for _ in range(ROUNDS):
        quiet.append(_p99(cluster))
        with _changing(api):
            changing.append(_p99(cluster))
        ratios.append(changing[-1] / quiet[-1])
    print(f"    p99 in each round, ms: {_told(quiet)} without, {_told(changing)} with changes", flush=True)
    _line("p99 with a change each second : without", median(ratios), P99_RATIO_BAR, "")


def _p99(cluster: RunningCluster) -> float:
    # With connections of its own: HAProxy ends those that were idle for a minute
    with cluster.pool() as pool, Load(pool, "/hello/777", per_second=100, seconds=_LOAD_SECONDS) as load:
        time.sleep(_LOAD_SECONDS)
    if load.failed():
        raise SystemExit(f"Requests failed: {load.failed()[:3]}")
    taken = sorted(sample.ended - sample.started for sample in load.samples)
    return taken[int(len(taken) * 0.99)]


@contextmanager
def _changing(api: ApiClient) -> Iterator[None]:
    stop = threading.Event()

    def change() -> None:
        revision = int(api.item("channel-rest", "h1")["revision"])
        while not stop.wait(1.0):
            body = {
                "service": "bench.hello1",
                "path": "/hello/1",
                "methods": ["GET"],
                "max_body_bytes": 2000 + revision,
            }
            revision = int(api.update_item("channel-rest", "h1", body, revision)["revision"])

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _memory(cluster: RunningCluster) -> None:
    _line("memory (PSS), two workers", pss_megabytes(cluster), PSS_BAR, "MB")


def _users(api: ApiClient) -> None:
    lines = ["security-basic:"]
    for n in range(USERS):
        lines += [f"  u{n}:", f"    username: user-{n}", f"    password: secret-of-{n}"]
    document = "\n".join(lines)
    first = _seconds(lambda: api.import_(document, "merge"))
    again = _seconds(lambda: api.import_(document, "merge"))
    _line(f"import of {USERS:,} users", first, USERS_BAR, "s")
    _line("the same once more", again, USERS_BAR, "s")


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started


def _line(title: str, found: float, bar: float, unit: str) -> None:
    reached = found <= bar
    title = f"{CHANNELS:,} channels and services: {title}"
    print(f"{title:<78} {found:6.1f} {unit} (bar {bar:g}{'' if reached else ', NOT REACHED'})", flush=True)


def _told(seconds: list[float]) -> str:
    return " ".join(f"{1000 * one:.1f}" for one in seconds)
