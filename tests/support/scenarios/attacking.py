"""Attackers beside a hundred good requests a second, from other addresses or from the same one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from support.attacks.elsewhere import precedence
from support.cluster import RunningCluster
from support.load import Load, Sample, told
from support.scenarios.workers import open_channel
from zato.config.secrets import generate_secret

ATTACKERS = tuple(f"127.0.0.{last}" for last in range(2, 10))
GOOD = "127.0.1.1"
GUESSED = "guessed"
"""The user whose password is guessed."""
RATIO_MAX = 5.0
RECOVERY_SECONDS_MAX = 5.0
_PER_SECOND = 100
_TESTS = Path(__file__).parents[2]
_SOURCE = b"""
import os, signal
from zato.server.service import Float, Service

class Good(Service):
    name = 'attacked.good'

    def handle(self):
        self.response.payload = {'good': True}

class Number(Service):
    name = 'attacked.number'
    input = Float('number')

    def handle(self):
        self.response.payload = {'number': self.request.input.number}

class Body(Service):
    name = 'attacked.body'

    def handle(self):
        self.response.payload = {'length': len(self.request.payload or ())}

class Kill(Service):
    name = 'attacked.kill'

    def handle(self):
        os.kill(os.getpid(), signal.SIGKILL)
"""
_TAKE_WORKERS = ("killing_requests",)
"""Attacks under which a worker ends, and with it what else it was busy with. That is repeated once, and answered with
502 where the next worker ends under it too."""
TAKEN_ALONG_MAX = 16
"""As many as two workers may be busy with when each attacker takes two of them, and far from all."""
_CHANNELS = {"good": ("GET",), "number": ("POST",), "body": ("POST",), "kill": ("GET",)}


@dataclass(frozen=True, slots=True)
class Attacked:
    """What became of the good requests, and what the attackers met with.

    `taken_along` counts those that were in two workers that an attack ended. `recovery_seconds` is how long after the
    attack's end good requests were still failing, or slower than `RATIO_MAX` times the 99th percentile before it.
    """

    attack: str
    shared_address: bool
    met: Counter[str]
    requests: int
    quiet_p99_seconds: float
    p99_seconds: float
    recovery_seconds: float
    limited: int
    taken_along: int
    failed: list[Sample]

    @property
    def ratio(self) -> float:
        """How many times slower than before the attack the good requests were, at their 99th percentile."""
        return self.p99_seconds / self.quiet_p99_seconds

    def __str__(self) -> str:
        met = ", ".join(f"{count} x {what}" for what, count in sorted(self.met.items()))
        where = ", from the same address" if self.shared_address else ""
        return (
            f"{self.attack}{where} ({met}): {self.requests} good requests, {told(self.failed)}, {self.limited} x 429, "
            f"{self.taken_along} taken along; p99 {self.p99_seconds * 1000:.0f} ms, {self.ratio:.1f} times the "
            f"{self.quiet_p99_seconds * 1000:.0f} ms before it; recovered after {self.recovery_seconds:.1f} s"
        )


def expose(cluster: RunningCluster) -> None:
    """Deploy what attacks are aimed at."""
    cluster.api().deploy("attacked.py", _SOURCE)
    cluster.api().create_item("security-basic", GUESSED, {"username": GUESSED, "password": generate_secret()})
    guarded = {"service": "attacked.good", "path": "/attacked/guarded", "methods": ["GET"], "security": [GUESSED]}
    cluster.api().create_item("channel-rest", "attacked.guarded", guarded)
    for name, methods in _CHANNELS.items():
        open_channel(cluster, f"attacked.{name}", f"/attacked/{name}", methods)


def attack(
    cluster: RunningCluster,
    name: str,
    *,
    seconds: float,
    quiet_seconds: float,
    shared_address: bool = False,
) -> Attacked:
    """Let the attack `name` run for so many seconds at most, after and before a quiet time."""
    good = ATTACKERS[0] if shared_address else GOOD
    sources = ATTACKERS[:1] if shared_address else ATTACKERS
    with _pool(cluster, good) as pool:
        load = Load(pool, "/attacked/good", per_second=_PER_SECOND, seconds=seconds + 2 * quiet_seconds + 60)
        with load:
            time.sleep(quiet_seconds)
            began = time.monotonic()
            met = _run(cluster, name, seconds, sources)
            ended = time.monotonic()
            time.sleep(quiet_seconds)
    quiet = _p99([sample for sample in load.samples if sample.ended < began])
    during = [sample for sample in load.samples if sample.ended >= began and sample.started <= ended]
    allowed = (200, 429) if shared_address else (200,)
    failed = [sample for sample in load.samples if sample.status not in allowed]
    taken_along = [sample for sample in failed if name in _TAKE_WORKERS and sample.status == 502]
    bad = [
        sample.ended
        for sample in load.samples
        if sample.ended > ended and (sample.status != 200 or sample.ended - sample.started > RATIO_MAX * quiet)
    ]
    return Attacked(
        attack=name,
        shared_address=shared_address,
        met=met,
        requests=len(load.samples),
        quiet_p99_seconds=quiet,
        p99_seconds=_p99(during),
        recovery_seconds=max(bad, default=ended) - ended,
        limited=sum(sample.status == 429 for sample in load.samples),
        taken_along=len(taken_along),
        failed=[sample for sample in failed if sample not in taken_along],
    )


def before_all_else(cluster: RunningCluster) -> AbstractContextManager[bool]:
    """Cluster and good client are not held up by what else this machine has to do; whether that was possible."""
    assert cluster.process is not None
    return precedence(os.getpid(), cluster.process.pid, *cluster.pids().values())


def _pool(cluster: RunningCluster, source: str) -> Any:
    return urllib3.HTTPSConnectionPool(
        "localhost",
        cluster.lb_port,
        ssl_context=cluster.context(),
        maxsize=16,
        timeout=20,
        source_address=(source, 0),
    )


def _run(cluster: RunningCluster, name: str, seconds: float, sources: Sequence[str]) -> Counter[str]:
    # In a session of its own: see support.attacks.elsewhere
    command = [sys.executable, "-m", "support.attacks", name, str(cluster.lb_port)]
    done = subprocess.run(
        [*command, str(cluster.layout.ca_certificate), str(seconds), *sources],
        cwd=_TESTS,
        env={**os.environ, "PYTHONPATH": str(_TESTS)},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
    return Counter(json.loads(done.stdout))


def _p99(samples: list[Sample]) -> float:
    times = sorted(sample.ended - sample.started for sample in samples)
    return times[int(len(times) * 0.99)] if times else float("inf")
