"""A cluster is carried to another ODB: nothing is lost, and nothing is accepted that would be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from support.databases import DatabaseAddress, DatabaseServer, initialised, new_database, new_sqlite
from support.scenarios.moving import add_deployment, all_contents, fill, is_changeable, kill_half_way, move_twice
from zato.core.errors import Conflict, SetupError, Unavailable, ZatoError
from zato.odb import migrate, tables
from zato.odb.database import Database
from zato.odb.log import Action, ConfigurationLog, ProposedChange
from zato.odb.members import Members
from zato.odb.moving import give_up, move, require_complete
from zato.odb.write_freeze import Stage, WriteFreeze


@pytest.fixture
def source(odb: DatabaseAddress) -> Iterator[Database]:
    """In turn on each kind of database; a few rows of everything."""
    database = odb.open()
    fill(database, items=3, revisions=2, deployments=2)
    yield database
    database.dispose()


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Database]:
    database = new_sqlite(tmp_path).open()
    yield database
    database.dispose()


def quietly(_line: str) -> None:
    pass


def test_sqlite_to_postgresql_to_mariadb_is_equal_though_each_move_was_killed_half_way(
    tmp_path: Path, postgresql: DatabaseServer, mariadb: DatabaseServer
) -> None:
    servers = [("PostgreSQL", postgresql), ("MariaDB", mariadb)]
    for seen in move_twice(tmp_path, servers, items=1200, revisions=600, deployments=12):
        assert seen.equal, seen
        assert seen.refused_meanwhile, seen
        assert seen.numbered_on, seen
        assert seen.rows > 3000, seen


def test_after_a_move_the_old_odb_refuses_changes_says_where_to_and_takes_beats(
    source: Database, target: Database
) -> None:
    now = datetime.now(UTC)
    Members(source).register_worker(1, "w-1", now)
    compared = move(source, target, quietly)
    assert all(each.equal for each in compared)
    assert {each.table for each in compared} == set(tables.metadata.tables) - {
        "zt_worker",
        "zt_staging",
        "zt_staging_report",
        "zt_session",
    }
    with pytest.raises(Unavailable, match=r"was moved to sqlite:///.*odb") as caught:
        add_deployment(source, "late.py", b"")
    assert caught.value.code == "odb-moved"
    assert caught.value.retry_after_seconds > 0
    assert Members(source).beat("w-1", 1, now)
    assert Members(target).workers() == []
    assert is_changeable(target)
    assert move(source, target, quietly) == [], "once more is no harm"
    assert is_changeable(target)


def test_a_change_that_has_begun_is_carried_or_refused(source: Database, target: Database) -> None:
    log = ConfigurationLog(source)
    accepted: list[str] = []
    stop = threading.Event()
    strange: list[ZatoError] = []

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"w{writer}-{number}"
            change = ProposedChange("service", name, Action.CREATE, "{}")
            try:
                log.append([change], principal="ann", cid="c", at=datetime.now(UTC))
                accepted.append(name)
            except ZatoError as error:
                if error.code not in ("odb-moving", "odb-moved"):
                    strange.append(error)
            stop.wait(0.005)  # SQLite lets nobody in turn: without a pause others might not come in for long

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    while len(accepted) < 5:
        stop.wait(0.01)
    try:
        move(source, target, quietly)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert strange == []
    assert {item.name for item in ConfigurationLog(target).items()} >= set(accepted)


def test_a_move_that_fails_lets_the_old_odb_be_changed_again(source: Database, target: Database) -> None:
    def spoil(line: str) -> None:
        if line == "Comparing":
            with target.write() as connection:
                connection.execute(update(tables.deployment).values(author="somebody else"))

    with pytest.raises(ZatoError, match=r"differs from .* in zt_deployment") as caught:
        move(source, target, spoil)
    assert caught.value.code == "odb-copy-differs"
    assert is_changeable(source)
    with pytest.raises(SetupError) as refused:
        require_complete(target, "zato")
    assert refused.value.code == "odb-copy-incomplete"
    move(source, target, quietly)
    require_complete(target, "zato")
    assert all_contents(source) == all_contents(target)


def test_an_interrupted_move_can_be_given_up_and_a_completed_one_cannot(
    tmp_path: Path, postgresql: DatabaseServer
) -> None:
    old, new = initialised(new_sqlite(tmp_path)), new_database(postgresql)
    source, target = old.open(), new.open()
    fill(source, items=3, revisions=2, deployments=2)
    kill_half_way(old, new)
    assert not is_changeable(source)
    assert give_up(source)
    assert not give_up(source)
    assert is_changeable(source)
    move(source, target, quietly)
    with pytest.raises(SetupError, match="cannot be given up"):
        give_up(source)
    source.dispose()
    target.dispose()


def test_what_is_not_empty_is_refused_and_left_as_it_is(
    source: Database, tmp_path: Path, postgresql: DatabaseServer
) -> None:
    other = initialised(new_database(postgresql)).open()
    before = all_contents(other)
    with pytest.raises(Conflict, match="not empty: it has rows in zt_cluster") as caught:
        move(source, other, quietly)
    assert caught.value.code == "odb-not-empty"
    assert all_contents(other) == before
    assert is_changeable(source)
    other.dispose()


def test_a_part_of_a_copy_of_another_cluster_is_refused(tmp_path: Path, postgresql: DatabaseServer) -> None:
    one, two = initialised(new_sqlite(tmp_path)), initialised(new_sqlite(tmp_path))
    new = new_database(postgresql)
    kill_half_way(one, new)
    source, target = two.open(), new.open()
    with source.write() as connection:  # what tests are given begins as one and the same cluster
        connection.execute(update(tables.cluster).values(created=datetime.now(UTC)))
    with pytest.raises(Conflict, match="part of a copy of another cluster"):
        move(source, target, quietly)
    source.dispose()
    target.dispose()


def test_an_odb_that_a_later_release_has_changed_is_not_moved(source: Database, target: Database) -> None:
    with source.maintenance() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE zt_version SET version_num = '9999'")
    with pytest.raises(SetupError, match="would leave something behind"):
        move(source, target, quietly)
    assert is_changeable(source)


def test_a_freeze_is_whole_though_an_earlier_attempt_broke_off(source: Database) -> None:
    freeze = WriteFreeze(source)
    freeze.put(Stage.MOVING)
    first = next(name for name, _ in freeze._triggers())
    table = next(table for table in tables.metadata.tables if first.lower().endswith(table.removeprefix("zt")))
    with source.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {first}" + (f" ON {table}" if source.dialect == "postgresql" else ""))
    freeze.put(Stage.MOVING)
    assert first in [name for name, _ in freeze._triggers()]
    freeze.lift(Stage.MOVING)
    assert freeze.current() is None
    assert migrate.current_version(source) is not None
