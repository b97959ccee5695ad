"""The database goes away under a running process, and comes back."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.databases import DatabaseAddress, DatabaseServer, initialised, new_database, new_sqlite
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.core.errors import Unavailable, ZatoError
from zato.odb import address as limits
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.members import Members


@pytest.fixture
def served(database_server: DatabaseServer) -> Iterator[Database]:
    database = initialised(new_database(database_server)).open()
    yield database
    database.dispose()


def create(log: ConfigurationLog, name: str) -> tuple[int, ...]:
    change = ProposedChange("service", name, Action.CREATE, "{}")
    return log.append([change], principal="ann", cid="c", at=datetime.now(UTC))


@contextmanager
def killed(server: DatabaseServer) -> Iterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()


@contextmanager
def paused_at_most(server: DatabaseServer, seconds: float = 30) -> Iterator[None]:
    """Resumed at the end of the block, and before if the block hangs, as a driver's hang cannot be broken off."""
    resume = threading.Timer(seconds, server.resume)
    resume.start()
    try:
        yield
    finally:
        resume.cancel()
        server.resume()


def test_a_killed_database_is_unavailable_at_once_and_used_again_once_it_is_back(
    database_server: DatabaseServer, served: Database
) -> None:
    log = ConfigurationLog(served)
    create(log, "before")
    with killed(database_server):
        for _ in range(3):
            with pytest.raises(Unavailable, match="nothing was changed") as caught:
                create(log, "during")
            assert caught.value.code == "odb-unavailable"
            assert caught.value.retriable
            assert "***" in caught.value.message, "the message names the database and hides its password"
            with pytest.raises(Unavailable):
                log.changes_after(0)
    assert [item.name for item in log.items()] == ["before"]
    assert create(log, "after") == (2,)


def test_a_database_killed_in_the_middle_of_a_change_leaves_nothing_of_it(
    database_server: DatabaseServer, served: Database
) -> None:
    log = ConfigurationLog(served)
    create(log, "before")
    with pytest.raises(Unavailable) as caught:
        log.append(
            [ProposedChange("service", "during", Action.CREATE, "{}")],
            principal="ann",
            cid="c",
            at=datetime.now(UTC),
            check=lambda items: database_server.kill(),
        )
    database_server.start()
    assert caught.value.code == "odb-unavailable"
    assert [item.name for item in log.items()] == ["before"]
    assert len(AuditLog(served).entries()) == 1
    assert create(log, "after") == (2,)


def test_writers_of_many_threads_survive_a_database_that_is_killed_again_and_again(
    database_server: DatabaseServer, served: Database
) -> None:
    log = ConfigurationLog(served)
    stop = threading.Event()
    stored: list[str] = []
    uncertain: list[str] = []
    strange: list[BaseException] = []

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"w{writer}-{number}"
            try:
                create(log, name)
                stored.append(name)
            except Unavailable as error:
                if "not known" in error.message:
                    uncertain.append(name)
                time.sleep(0.05)
            except BaseException as error:  # noqa: BLE001 - told of by the test's own thread
                strange.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.5)
        with killed(database_server):
            time.sleep(0.2)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert strange == []
    kept = {item.name for item in log.items()}
    assert set(stored) <= kept, "what was confirmed is there"
    assert kept <= {*stored, *uncertain}, "what was refused is not"
    changes = log.changes_after(0, 100_000)
    assert [change.revision for change in changes] == list(range(1, len(kept) + 1))


def test_a_database_that_stops_answering_is_noticed_within_seconds(
    database_server: DatabaseServer, served: Database
) -> None:
    log = ConfigurationLog(served)
    create(log, "before")
    with paused_at_most(database_server):
        database_server.pause()
        for seconds in (limits.PING_SECONDS + limits.CONNECT_SECONDS, limits.CONNECT_SECONDS):
            started = time.monotonic()
            with pytest.raises(Unavailable):
                log.revision()
            assert time.monotonic() - started < seconds + LATE_SECONDS
    assert create(log, "after") == (2,)


def test_a_database_that_stops_answering_in_the_middle_of_a_change_does_not_hold_the_thread_for_good(
    database_server: DatabaseServer, served: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TRANSACTION_SECONDS", 2)
    log = ConfigurationLog(served)
    create(log, "before")
    change = ProposedChange("service", "during", Action.CREATE, "{}")
    started = time.monotonic()
    with paused_at_most(database_server), pytest.raises(Unavailable):
        log.append(
            [change], principal="ann", cid="c", at=datetime.now(UTC), check=lambda items: database_server.pause()
        )
    assert time.monotonic() - started < 2 + LATE_SECONDS
    assert create(log, "after") == (2,)
    assert [item.name for item in log.items()] == ["after", "before"]


def test_a_lock_that_another_holds_for_too_long_is_unavailable_not_a_hang(
    odb: DatabaseAddress, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOCK_SECONDS", 1)
    waiting = odb.open()  # takes the limit when it connects
    log = ConfigurationLog(waiting)
    log.revision()
    taken, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        def wait(_items: object) -> None:
            taken.set()
            let_go.wait(60)

        change = ProposedChange("service", "holder", Action.CREATE, "{}")
        ConfigurationLog(database).append([change], principal="p", cid="c", at=datetime.now(UTC), check=wait)

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(60)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        create(log, "waiting")
    assert 0.5 < time.monotonic() - started < 1 + LATE_SECONDS
    assert log.items() == [], "reading needs no lock"
    let_go.set()
    holder.join(PATIENCE_SECONDS)
    assert create(log, "waiting") == (2,)
    waiting.dispose()


def test_more_threads_than_connections_wait_for_one_another(database: Database) -> None:
    members = Members(database)
    now = datetime.now(UTC)
    failed: list[ZatoError] = []

    def beat(number: int) -> None:
        try:
            for _ in range(4):
                members.register_worker(1, f"w{number}", now)
                members.beat(f"w{number}", 7, now)
        except ZatoError as error:
            failed.append(error)

    threads = [threading.Thread(target=beat, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {row.applied_revision for row in members.workers()} == {7}


def test_a_file_that_is_no_database_is_reported_with_its_name(tmp_path: Path) -> None:
    address = new_sqlite(tmp_path)
    Path(address.url.removeprefix("sqlite:///")).write_bytes(b"this is not a database file at all" * 100)
    with pytest.raises(ZatoError, match=r"odb-\d+\.sqlite"):
        ConfigurationLog(address.open()).revision()


def test_a_full_disk_is_unavailable_and_nothing_is_written(sqlite_odb: Database) -> None:
    log = ConfigurationLog(sqlite_odb)
    create(log, "before")
    with sqlite_odb.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # holds for this connection, the only one
    change = ProposedChange("service", "large", Action.CREATE, '"' + "x" * 1_000_000 + '"')
    with pytest.raises(Unavailable, match="full"):
        log.append([change], principal="ann", cid="c", at=datetime.now(UTC))
    assert [item.name for item in log.items()] == ["before"]


def test_readers_and_writers_of_a_file_do_not_keep_each_other_waiting(sqlite_odb: Database) -> None:
    log = ConfigurationLog(sqlite_odb)
    create(log, "before")
    count = "SELECT count(*) FROM zt_item"
    other = sqlite3.connect(str(sqlite_odb.file), isolation_level=None)
    other.execute("BEGIN")
    assert other.execute(count).fetchone() == (1,)
    started = time.monotonic()
    create(log, "during")
    assert other.execute(count).fetchone() == (1,), "what a reader sees does not change under it"
    other.execute("ROLLBACK")
    other.execute("BEGIN IMMEDIATE")
    assert len(log.items()) == 2
    assert time.monotonic() - started < limits.LOCK_SECONDS, "neither waited for the other"
    other.close()


def test_a_path_that_the_machine_cannot_even_look_at_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "odb.sqlite"
    path.symlink_to(path)
    with pytest.raises(Unavailable) as away, Database(f"sqlite:///{path}").read():
        pass
    assert away.value.code == "odb-not-opened"
    assert f"ls -l {path}*" in away.value.message
