"""The ODB goes away for a while under a running cluster, in one of several ways, and comes back."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import make_url

from support.cluster import RunningCluster
from support.databases import DatabaseServer, new_database
from support.load import Load, Sample, told
from support.scenarios.workers import await_answers, open_channel
from support.waiting import until
from zato.core.errors import ZatoError

METHODS = ("GET", "PUT", "DELETE")
BACK_SECONDS = 10.0
_LOAD_SECONDS = 900.0
_PAUSE_SECONDS = 0.5
_SOURCE = """
import os
import time
from zato.server.service import Service

VERSION = {version}

class Show(Service):
    name = 'outage.show'

    def handle(self):
        time.sleep(0.005)
        self.response.payload = {{'version': VERSION, 'pid': os.getpid()}}
"""


class Way(StrEnum):
    """How the ODB goes away: it tells its clients, ends without a word, or answers no more on its connections."""

    STOPPED = "stopped"
    KILLED = "killed"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A change that was asked for while the ODB was away."""

    what: str
    seconds: float
    status: int
    retry_after: str

    @property
    def refused(self) -> bool:
        return self.status == 503 and self.retry_after.isdigit()


@dataclass(frozen=True, slots=True)
class Outage:
    """What was seen. `accepted` are changes that are there afterwards though they were refused."""

    way: Way
    seconds: float
    requests: Counter[str]
    lowest_rate: float
    slowest_seconds: float
    failed: list[Sample]
    attempts: list[Attempt]
    accepted: list[str]
    worker_back_seconds: float
    change_back_seconds: float
    deployment_back_seconds: float
    restarted: list[str]

    @property
    def not_refused(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if not attempt.refused]

    def __str__(self) -> str:
        longest = max(attempt.seconds for attempt in self.attempts)
        load = f"{sum(self.requests.values())} requests (never below {self.lowest_rate:.0f} a second"
        return (
            f"ODB {self.way} for {self.seconds:.0f} s: {load}, slowest {self.slowest_seconds:.2f} s), "
            f"{told(self.failed)}; {len(self.attempts)} changes, {len(self.not_refused)} not refused with 503 and "
            f"Retry-After (longest {longest:.1f} s), {len(self.accepted)} accepted all the same; a killed worker "
            f"served from disk after {self.worker_back_seconds:.1f} s; changes work {self.change_back_seconds:.1f} s, "
            f"deployments {self.deployment_back_seconds:.1f} s after its return, {len(self.restarted)} processes new"
        )


@contextmanager
def cluster_on(server: DatabaseServer) -> Iterator[RunningCluster]:
    """A running quickstart whose ODB is a new database of that PostgreSQL server, over verified TLS."""
    address = new_database(server)
    verified = make_url(address.url).update_query_dict({"sslmode": "verify-full", "sslrootcert": str(address.ca)})
    url = verified.render_as_string(hide_password=False)
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2", "--odb", url)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def go_without_odb(cluster: RunningCluster, server: DatabaseServer, way: Way, seconds: float) -> Outage:
    """Take the ODB away for that long under load; change things, and kill a worker, while it is away."""
    api = cluster.api()
    api.deploy("outage.py", _SOURCE.format(version=1).encode())
    open_channel(cluster, "outage.show", "/outage", METHODS)
    with cluster.pool(maxsize=192) as pool:
        await_answers(cluster, pool, "/outage", lambda answer: answer["version"] == 1, 10)
        before = cluster.pids()
        with Load(pool, "/outage", method=METHODS, body=b"{}", seconds=_LOAD_SECONDS) as load:
            with _away(server, way):
                attempts, worker_back = _while_away(cluster, pool, way, time.monotonic() + seconds)
            back = time.monotonic()
            changed = _seconds_until_changed(cluster, way, back)
            api.deploy("outage.py", _SOURCE.format(version=2).encode())
            await_answers(cluster, pool, "/outage", lambda answer: answer["version"] == 2, BACK_SECONDS)
            deployed = time.monotonic() - back
    names = {item["name"] for item in api.items("channel-rest")["items"]}
    pids = cluster.pids()
    for name in ("outage.show", f"after {way}"):
        api.delete_item("channel-rest", name)
    api.undeploy("outage.py")
    return Outage(
        way=way,
        seconds=seconds,
        requests=Counter(sample.method for sample in load.samples),
        lowest_rate=load.lowest_rate(),
        slowest_seconds=load.slowest(),
        failed=load.failed(),
        attempts=attempts,
        accepted=[attempt.what for attempt in attempts if attempt.what in names],
        worker_back_seconds=worker_back,
        change_back_seconds=changed,
        deployment_back_seconds=deployed,
        restarted=[name for name, pid in before.items() if pids.get(name) != pid],
    )


@contextmanager
def _away(server: DatabaseServer, way: Way) -> Iterator[None]:
    match way:
        case Way.STOPPED:
            server.stop()
        case Way.KILLED:
            server.kill()
        case Way.FROZEN:
            server.pause()
    try:
        yield
    finally:
        if way is Way.FROZEN:
            server.resume()
        else:
            server.start()


def _while_away(cluster: RunningCluster, pool: Any, way: Way, end: float) -> tuple[list[Attempt], float]:
    """Changes that are asked for until the `end`, and how long a worker that was killed took to serve again."""
    attempts = [_attempt_change(cluster, f"during {way} 0"), _attempt_deployment(cluster)]
    victim = min(cluster.workers())
    usual = len(cluster.workers())
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: victim not in (now := cluster.workers()) and len(now) == usual)
    await_answers(cluster, pool, "/outage", lambda answer: answer["version"] == 1, 30)
    worker_back = time.monotonic() - killed
    while time.monotonic() < end:
        attempts.append(_attempt_change(cluster, f"during {way} {len(attempts)}"))
        attempts.append(_attempt_deployment(cluster))
        time.sleep(_PAUSE_SECONDS)
    return attempts, worker_back


def _attempt_change(cluster: RunningCluster, name: str) -> Attempt:
    body = json.dumps({"name": name, "value": _channel(f"/{name.replace(' ', '-')}")}).encode()
    return _attempt(cluster, name, "/zato/api/items/channel-rest", body, "application/json")


def _attempt_deployment(cluster: RunningCluster) -> Attempt:
    path = "/zato/api/deployments?file_name=outage.py"
    return _attempt(cluster, "outage.py", path, _SOURCE.format(version=99).encode(), "application/octet-stream")


def _attempt(cluster: RunningCluster, what: str, path: str, body: bytes, content_type: str) -> Attempt:
    started = time.monotonic()
    with cluster.pool("admin") as pool:
        answer = pool.request("POST", path, body=body, headers={"Content-Type": content_type}, retries=False)
    return Attempt(what, time.monotonic() - started, answer.status, answer.headers.get("Retry-After", ""))


def _seconds_until_changed(cluster: RunningCluster, way: Way, back: float) -> float:
    """Since the ODB is `back`, until a change was accepted and requests are answered by it."""
    path = f"/after-{way}"

    def accepted() -> bool:
        try:
            cluster.api().create_item("channel-rest", f"after {way}", _channel(path))
        except ZatoError:
            return False
        return True

    until(accepted)
    until(lambda: cluster.request("GET", path).status == 200)
    return time.monotonic() - back


def _channel(path: str) -> dict[str, object]:
    return {"service": "outage.show", "path": path, "methods": list(METHODS)}
