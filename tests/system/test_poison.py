"""Requests that are made to take workers down, played from outside against a whole cluster beside good traffic."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest

from support.cluster import RunningCluster
from support.large_primes import certificate_of_dh
from support.load import Load, told
from support.waiting import LATE_SECONDS, until
from zato.cluster.signing.statement import Purpose, Statement, written

STUCK_SECONDS = 3.0
SOURCE = """
import os
import re
import signal
from decimal import Decimal as Number
from uuid import UUID
import msgspec
from zato.server.service import Service, Decimal, Float, Int

def note(name, word):
    with open(os.path.join(os.environ['ZATO_TEST_DIRECTORY'], name), 'a') as file:
        file.write(word)

class Good(Service):
    name = 'poison.good'

    def handle(self):
        self.response.payload = {'good': True}

class Kills(Service):
    name = 'poison.kills'

    def handle(self):
        note('kills', 'x')
        os.kill(os.getpid(), signal.SIGKILL)

class Ends(Service):
    name = 'poison.ends'

    def handle(self):
        os._exit(3)

class Holds(Service):
    name = 'poison.holds'

    def handle(self):
        note('holds', 'x')
        re.match('(a|a)*b', 'a' * 64)

class Order(msgspec.Struct):
    ids: set[UUID] = set()
    parts: frozenset[int] = frozenset()
    price: Number = Number(0)

class Typed(Service):
    name = 'poison.typed'
    input = Order

    def handle(self):
        self.response.payload = {'price': int(self.request.input.price)}

class Numbers(Service):
    name = 'poison.numbers'
    input = Float('-float'), Decimal('-decimal'), Int('-int')

    def handle(self):
        self.response.payload = {'ok': True}
"""
NAMES = ("good", "kills", "ends", "holds", "numbers", "typed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    """Of two servers with two workers each."""
    with TemporaryDirectory(prefix="zato-") as directory, pytest.MonkeyPatch.context() as patched:
        patched.setenv("ZATO_TEST_DIRECTORY", directory)
        running = RunningCluster(Path(directory) / "z", "--workers", "2", "--servers", "2")
        try:
            running.start()
            api = running.api()
            for number in (1, 2):
                name = f"server-{number}"
                item = api.item("server", name)
                api.update_item("server", name, {**item["value"], "stuck_seconds": STUCK_SECONDS}, item["revision"])
            api.deploy("poison.py", SOURCE.encode())
            for name in NAMES:
                value = {"service": f"poison.{name}", "path": f"/poison/{name}", "methods": ["GET", "POST"]}
                api.create_item("channel-rest", f"poison.{name}", value)
            running.settle()
            yield running
        finally:
            running.stop()


def executed(cluster: RunningCluster, name: str) -> int:
    """How often since it was asked last."""
    path = cluster.layout.root.parent / name
    count = len(path.read_text()) if path.exists() else 0
    path.unlink(missing_ok=True)
    return count


def all_at_work(cluster: RunningCluster) -> bool:
    return len(cluster.workers()) == 4


# All have one hash: what is left of an integer after division by this
_ALIKE = [number * (2**61 - 1) for number in range(1, 18_001)]
_NUMBER = "1" * 60_000 + "x"
POISON = {
    "a float": ("numbers", {"float": _NUMBER}),
    "a decimal": ("numbers", {"decimal": _NUMBER}),
    "an integer": ("numbers", {"int": _NUMBER}),
    "a decimal that is typed": ("typed", {"price": "1" * 1_000_000}),
    "an exponent": ("typed", {"price": "1e999999999"}),
    "integers of one hash": ("typed", {"parts": _ALIKE}),
    "UUIDs of one hash": ("typed", {"ids": [str(UUID(int=number)) for number in _ALIKE]}),
}


@pytest.mark.parametrize("title", POISON)
def test_what_would_hold_up_a_worker_is_refused_at_once(cluster: RunningCluster, title: str) -> None:
    service, message = POISON[title]
    body = json.dumps(message).encode()
    before = cluster.workers()
    with cluster.pool() as pool, Load(pool, "/poison/good", per_second=50) as load, ThreadPoolExecutor(4) as clients:
        began = time.monotonic()

        def poison(_: int) -> tuple[int, str]:
            answer = cluster.request("POST", f"/poison/{service}", body=body)
            return answer.status, answer.json()["error"]["code"]

        answers = set(clients.map(poison, range(4)))
        took = time.monotonic() - began
        until(lambda: len(load.samples) > 50)
    assert answers == {(400, "invalid-input")}
    assert took < LATE_SECONDS
    assert not load.failed(), told(load.failed())
    assert cluster.workers() == before


@pytest.mark.parametrize("purpose", [Purpose.RENEW, Purpose.LEAVE])
def test_a_certificate_that_anybody_shows_is_refused_at_once(cluster: RunningCluster, purpose: Purpose) -> None:
    before = cluster.workers()
    statement = written(Statement(purpose=purpose, at=datetime.now(UTC), requests={}))
    signature = urlsafe_b64encode(b"x" * 70).decode()
    shown = {"certificate": certificate_of_dh(), "statement": statement, "signature": signature}
    began = time.monotonic()
    answer = cluster.request(
        "POST",
        f"/zato/api/enrol/{purpose}",
        headers={"Content-Type": "application/json"},
        body=json.dumps(shown).encode(),
    )
    assert (answer.status, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert time.monotonic() - began < LATE_SECONDS
    assert cluster.workers() == before


def test_requests_that_kill_their_worker_disturb_nobody_else(cluster: RunningCluster) -> None:
    executed(cluster, "kills")
    with cluster.pool() as pool, Load(pool, "/poison/good", per_second=50) as load:
        for _ in range(4):
            answer = cluster.request("POST", "/poison/kills")
            assert (answer.status, answer.json()["error"]["code"]) == (502, "bad-gateway")
            until(lambda: all_at_work(cluster))
    assert executed(cluster, "kills") == 4, "what is not idempotent is not repeated"
    assert load.samples
    assert not load.failed(), told(load.failed())


def test_a_worker_that_ends_itself_ends_no_server(cluster: RunningCluster) -> None:
    """Its code is what gunicorn takes for "cannot start"."""
    masters = {name: pid for name, pid in cluster.pids().items() if name.startswith("server-")}
    for _ in range(3):
        assert cluster.request("POST", "/poison/ends").status == 502
        until(lambda: all_at_work(cluster))
    assert {name: pid for name, pid in cluster.pids().items() if name.startswith("server-")} == masters
    until(lambda: cluster.request("GET", "/poison/good").status == 200)


def test_a_request_that_killed_two_workers_is_not_given_to_a_third(cluster: RunningCluster) -> None:
    executed(cluster, "kills")
    for _ in range(4):
        answer = cluster.request("GET", "/poison/kills")
        assert (answer.status, answer.json()["error"]["code"]) == (502, "bad-gateway")
        assert answer.json()["error"]["cid"] == answer.headers["X-Zato-CID"]
        assert executed(cluster, "kills") == 2
    until(lambda: all_at_work(cluster))
    until(lambda: cluster.request("GET", "/poison/good").status == 200)


def test_workers_that_are_held_up_are_replaced_whatever_waits_for_their_successors(cluster: RunningCluster) -> None:
    """Eight of them: each worker meets one, and each of those that take the places of the first four another one."""
    executed(cluster, "holds")
    until(lambda: all_at_work(cluster))
    before = cluster.workers()
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda _: cluster.request("POST", "/poison/holds").status, range(8)))
    assert set(answers) <= {502, 503}
    until(lambda: all_at_work(cluster))
    until(lambda: cluster.request("GET", "/poison/good").status == 200)
    assert executed(cluster, "holds") <= 8
    assert "WORKER TIMEOUT" in cluster.said()
    assert cluster.workers() != before
    with cluster.pool() as pool, Load(pool, "/poison/good", per_second=50) as load:
        until(lambda: len(load.samples) > 50)
    assert not load.failed(), told(load.failed())
