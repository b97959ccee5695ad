"""Workers without HTTP clients: what they say of themselves in the ODB, and which revision they are at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256

import pytest

from server.conftest import START
from support.set_clock import SetClock
from support.waiting import PATIENCE_SECONDS, until
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.core.clock import SystemClock
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.members import UNKNOWN_LOAD, Load, Members
from zato.server.runtime import Runtime


@pytest.fixture
def members(url: str) -> Iterator[Members]:
    """In the ODB of the workers."""
    database = Database(url)
    yield Members(database)
    database.dispose()


def names(members: Members) -> list[str]:
    return [row.worker for row in members.workers()]


def beat_of(members: Members, worker: str) -> datetime | None:
    return next((row.beat for row in members.workers() if row.worker == worker), None)


def go_on(clock: SetClock, members: Members, worker: str, seconds: int) -> None:
    """So many seconds pass, in each of which the worker has beaten."""
    for _ in range(seconds):
        clock.advance(1)
        until(lambda: beat_of(members, worker) == clock.now())


def test_a_worker_that_died_is_listed_until_it_was_silent_for_long(
    make: Callable[..., Runtime], members: Members, clock: SetClock
) -> None:
    members.register_worker(1, "dead", clock.now())
    members.register_worker(2, "of-another-server", clock.now())
    make("alive").start()
    go_on(clock, members, "alive", 60)
    assert names(members) == ["alive", "dead", "of-another-server"]
    go_on(clock, members, "alive", 11)
    until(lambda: names(members) == ["alive", "of-another-server"])


def test_an_odb_that_was_away_buries_nobody_before_all_could_beat(
    make: Callable[..., Runtime], members: Members, clock: SetClock
) -> None:
    make("quick").start()
    members.register_worker(1, "slower", clock.now())
    go_on(clock, members, "quick", 15)
    members.beat("slower", 0, clock.now())
    clock.advance(300)
    go_on(clock, members, "quick", 5)
    assert names(members) == ["quick", "slower"]
    go_on(clock, members, "quick", 10)
    until(lambda: names(members) == ["quick"])


def test_a_worker_that_is_not_listed_any_more_registers_again(
    make: Callable[..., Runtime], members: Members, clock: SetClock
) -> None:
    """As in an ODB that was restored from a backup."""
    make("worker").start()
    members.register_server(1, "of-the-backup", "0.1", START)
    members.forget("worker")
    clock.advance(2)
    until(lambda: beat_of(members, "worker") == clock.now())
    (server,) = members.servers()
    assert (server.number, server.registered) == (1, clock.now())


def test_a_worker_that_stops_while_it_beats_is_not_listed_again(make: Callable[..., Runtime], members: Members) -> None:
    beats = threading.Semaphore(0)
    stopped = threading.Event()

    class SlowToBeat(Members):
        def beat(
            self,
            worker: str,
            applied_revision: int,
            at: datetime,
            load: Load = UNKNOWN_LOAD,
            *,
            announced: bool = True,
        ) -> bool:
            beats.release()
            stopped.wait(PATIENCE_SECONDS)
            return super().beat(worker, applied_revision, at, load, announced=announced)

    runtime = make("worker", kind=SlowToBeat)
    starting = threading.Thread(target=runtime.start)
    starting.start()
    assert beats.acquire(timeout=PATIENCE_SECONDS)
    runtime.stop()
    stopped.set()
    starting.join()
    assert names(members) == []


def test_a_revision_whose_code_cannot_be_loaded_is_in_force_but_for_its_code_and_not_applied(
    make: Callable[..., Runtime], members: Members, clock: SetClock, url: str
) -> None:
    database = Database(url)
    publisher = Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    by = Author("ann", "c" * 32)

    def activate(source: bytes) -> None:
        digest = sha256(source).hexdigest()
        added = Deployments(database).add(
            file_name="shop.py", module="shop", form="py", sha256=digest, source=source, author="ann", cid="c", at=START
        )
        body = {
            "deployment_id": added.id,
            "sha256": digest,
            "module": "shop",
            "services": [],
            "switch_at": START.isoformat(),
        }
        if added.id == 1:
            publisher.create("deployment", "shop.py", body, by=by)
        else:
            publisher.update("deployment", "shop.py", body, by=by)

    activate(b"from zato.server.service import Service\nclass A(Service):\n    def handle(self): pass\n")
    runtime = make("alive")
    runtime.start()
    assert runtime.switch.current().snapshot.codes.files["shop.py"].source.deployment_id == 1
    activate(b"1 / 0\n")
    publisher.create("security-tls", "partner", {"subject": "CN=partner"}, by=by)
    until(lambda: runtime.switch.current().snapshot.configuration.get("security-tls", "partner") is not None)
    assert runtime.switch.current().snapshot.codes.files["shop.py"].source.deployment_id == 1
    go_on(clock, members, "alive", 2)
    assert [row.applied_revision for row in members.workers()] == [1]
    database.dispose()
