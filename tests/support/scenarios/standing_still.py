"""SIGSTOP of every process of a cluster, as of a machine that stands still, under a load that does not wait for it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from support.cluster import RunningCluster
from support.load import Sample, told
from support.scenarios.workers import open_channel
from support.waiting import until

PER_SECOND = 20
_BEFORE_SECONDS = 1.0
"""Of the load, and from the start of what takes its time to the stop."""
_AFTER_SECONDS = 5.0
_PATIENCE_SECONDS = 240.0
"""No client gives up before."""
_LONG = 5
"""Slow requests, and uploads of which one half is sent before the stop, that are in progress then."""
_HALF = b"x" * 200_000
_SLOW_SECONDS = 3.0
_LIMIT_SECONDS = 5.0
_SOURCE = f"""
import time
from zato.server.service import Service

class Quick(Service):
    name = 'still.quick'

    def handle(self):
        self.response.payload = {{'length': len(self.request.raw_request or b'')}}

class Slow(Service):
    name = 'still.slow'

    def handle(self):
        for _ in range(30):
            time.sleep({_SLOW_SECONDS} / 30)
        self.response.payload = {{'slow': True}}
"""
_CHANNELS = ("quick", "slow")
EVERYTHING = ("",)
SERVING = ("lighttpd -", "zato.server ")
OTHERS = ("haproxy -", "zato.agent.", "zato.singleton ", "zato.listener ", "zato.hotdeploy ")
"""Whom a server can do without for a while, and the balancer, which nobody takes anything out of."""


@dataclass(frozen=True, slots=True)
class StoodStill:
    """What became of `requests`, of which `waited` were sent while all stood still, and of the processes."""

    parts: Sequence[str]
    seconds: float
    requests: int
    waited: int
    failed: list[Sample]
    """Of those that were sent before SIGCONT."""
    failed_later: list[Sample]
    ended: list[str]
    """Processes that are there no more."""
    slowest_seconds: float
    """From SIGCONT on."""

    def __str__(self) -> str:
        ended = "".join(f" ({command})" for command in self.ended)
        which = "all" if self.parts is EVERYTHING else ", ".join(map(str.strip, self.parts))
        return (
            f"{which} processes stopped for {self.seconds:.0f} s under {self.requests} requests, {self.waited} of them "
            f"sent meanwhile: {told(self.failed)}; of those after it {told(self.failed_later)} (answered within "
            f"{self.slowest_seconds:.1f} s); {len(self.ended)} processes ended{ended}"
        )


class _Clients:
    """Each request has a thread, and a connection that nobody else uses then; an idle one where there is one."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()
        self.samples: list[Sample] = []

    def send(self, method: str, path: str, body: Any = None) -> None:
        thread = threading.Thread(target=self._request, args=(method, path, body))
        thread.start()
        self._threads.append(thread)

    @contextmanager
    def load(self) -> Iterator[None]:
        """One after the other when it is due, however long the answers take; at the end, all are answered."""
        generator = threading.Thread(target=self._go_on)
        generator.start()
        try:
            yield
        finally:
            self._stop.set()
            generator.join()
            for thread in self._threads:
                thread.join()

    def _go_on(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            due += 1 / PER_SECOND
            self.send("GET" if len(self._threads) % 2 else "POST", "/still/quick")

    def _request(self, method: str, path: str, body: Any) -> None:
        started = time.monotonic()
        try:
            answer = self._pool.request(method, path, body=body, retries=False)
            status, data = answer.status, answer.data
        except urllib3.exceptions.HTTPError as error:
            status, data = 0, str(error).encode()
        self.samples.append(Sample(method, started, time.monotonic(), status, data))


def stand_still(cluster: RunningCluster, seconds: float, parts: Sequence[str] = EVERYTHING) -> StoodStill:
    """Stop everything for so long, with requests of all sorts in progress, idle connections, and new ones.

    Or only the processes that have one of `parts` in their command lines.
    """
    api = cluster.api()
    api.deploy("still.py", _SOURCE.encode())
    api.create_item("service", "still.slow", {"time_limit_seconds": _LIMIT_SECONDS})
    for name in _CHANNELS:
        open_channel(cluster, f"still.{name}", f"/still/{name}", ("GET", "POST"))
    before = processes(cluster)
    with cluster.pool(maxsize=4096) as pool:
        pool.timeout = urllib3.Timeout(_PATIENCE_SECONDS)
        clients = _Clients(pool)
        rest = threading.Event()
        with clients.load():
            until(lambda: len(clients.samples) >= PER_SECOND * _BEFORE_SECONDS)
            for _ in range(_LONG):
                clients.send("GET", "/still/slow")
                clients.send("POST", "/still/quick", _halves(rest))
            time.sleep(_BEFORE_SECONDS)
            with stopped([pid for pid, command in before.items() if any(part in command for part in parts)]):
                began = time.monotonic()
                time.sleep(seconds)
                rest.set()
                ended = time.monotonic()
            time.sleep(_AFTER_SECONDS)
    after = processes(cluster)
    for name in _CHANNELS:
        api.delete_item("channel-rest", f"still.{name}")
    api.delete_item("service", "still.slow")
    api.undeploy("still.py")
    failed = [sample for sample in clients.samples if sample.status != 200]
    return StoodStill(
        parts=parts,
        seconds=seconds,
        requests=len(clients.samples),
        waited=sum(began <= sample.started < ended for sample in clients.samples),
        failed=[sample for sample in failed if sample.started < ended],
        failed_later=[sample for sample in failed if sample.started >= ended],
        ended=[command for pid, command in before.items() if pid not in after],
        slowest_seconds=max(sample.ended - max(sample.started, ended) for sample in clients.samples),
    )


def processes(cluster: RunningCluster, wanted: Callable[[str], bool] = lambda command: True) -> dict[int, str]:
    """The cluster's processes with their command lines, parents before their children."""
    assert cluster.process is not None
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [cluster.process.pid]
    for pid in found:
        found += children.get(pid, [])
    commands = {}
    for pid in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            commands[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return {pid: command for pid, command in commands.items() if wanted(command)}


@contextmanager
def stopped(pids: Collection[int]) -> Iterator[None]:
    """SIGSTOP of all of them, and SIGCONT at the end."""
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _halves(rest: threading.Event) -> Iterator[bytes]:
    yield b'"' + _HALF
    rest.wait(_PATIENCE_SECONDS)
    yield _HALF + b'"'
