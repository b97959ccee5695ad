"""Statements and transactions, in each database for real."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from support.databases import DatabaseAddress
from support.outgoing_sql import sql_connection
from support.waiting import PATIENCE_SECONDS
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import OutgoingFailed

INSERT = "INSERT INTO item (id, name) VALUES (:id, :name)"
ALL = "SELECT id, name FROM item ORDER BY id"


def test_a_session_commits_at_its_end(stock: SqlConnection) -> None:
    with stock.session() as session:
        session.execute(text(INSERT), {"id": 1, "name": "Grüße"})
        session.execute(text(INSERT), [{"id": 2, "name": "b"}, {"id": 3, "name": "c"}])
    assert stock.conn.execute(ALL) == [{"id": 1, "name": "Grüße"}, {"id": 2, "name": "b"}, {"id": 3, "name": "c"}]


def test_a_session_is_rolled_back_by_an_exception_which_stays_what_it_is(stock: SqlConnection) -> None:
    class OfTheServicesOwnError(Exception):
        pass

    with pytest.raises(OfTheServicesOwnError), stock.session() as session:
        session.execute(text(INSERT), {"id": 1, "name": "a"})
        raise OfTheServicesOwnError
    assert stock.conn.execute(ALL) == []


def test_a_transaction_covers_reads_and_writes_until_its_end(stock: SqlConnection) -> None:
    with stock.session() as session:
        session.execute(text(ALL)).all()
        session.execute(text(INSERT), {"id": 1, "name": "a"})
        session.execute(text("UPDATE item SET name = 'b'"))
        assert session.scalar(text("SELECT name FROM item")) == "b"
        session.rollback()
    assert stock.conn.execute(ALL) == []


def test_a_service_may_commit_and_close_by_itself(stock: SqlConnection) -> None:
    with closing(stock.session()) as session:
        session.execute(text(INSERT), {"id": 1, "name": "kept"})
        session.commit()
        session.execute(text(INSERT), {"id": 2, "name": "lost"})
    assert stock.conn.execute(ALL) == [{"id": 1, "name": "kept"}]


def test_a_session_works_with_mapped_classes(stock: SqlConnection) -> None:
    class Base(DeclarativeBase):
        pass

    class Item(Base):
        __tablename__ = "item"
        id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        name: Mapped[str]

    with stock.session() as session:
        session.add(Item(id=7, name="seven"))
    with stock.session() as session:
        assert session.get_one(Item, 7).name == "seven"


def test_one_liners_return_rows_as_dicts_and_take_many_sets_of_parameters(stock: SqlConnection) -> None:
    assert stock.conn.execute(INSERT, [{"id": number, "name": "x"} for number in range(500)]) == []
    assert stock.conn.execute("SELECT COUNT(*) AS many FROM item") == [{"many": 500}]
    assert stock.execute("SELECT name FROM item WHERE id = :id", {"id": 499}) == [{"name": "x"}]


def test_parameters_are_never_part_of_the_statement(stock: SqlConnection) -> None:
    nasty = "x'); DROP TABLE item; -- \\ % :id {}"
    stock.conn.execute(INSERT, {"id": 1, "name": nasty})
    assert stock.conn.execute(ALL) == [{"id": 1, "name": nasty}]


def test_what_is_wrong_with_a_statement_stays_sqlalchemys_word_and_leaves_nothing_behind(stock: SqlConnection) -> None:
    stock.conn.execute(INSERT, {"id": 1, "name": "a"})
    with pytest.raises(IntegrityError):
        stock.conn.execute(INSERT, [{"id": 2, "name": "b"}, {"id": 1, "name": "again"}])
    with pytest.raises(SQLAlchemyError) as raised:
        stock.conn.execute("SELECT * FROM no_such_table")
    assert not isinstance(raised.value, OutgoingFailed)
    with pytest.raises(IntegrityError), stock.session() as session:
        session.execute(text(INSERT), {"id": 5, "name": "a"})
        session.execute(text(INSERT), {"id": 5, "name": "a"})
    assert stock.conn.execute(ALL) == [{"id": 1, "name": "a"}]


def test_an_error_may_be_handled_inside_of_the_session(stock: SqlConnection) -> None:
    stock.conn.execute(INSERT, {"id": 1, "name": "a"})
    with stock.session() as session:
        try:
            session.execute(text(INSERT), {"id": 1, "name": "a"})
        except IntegrityError:
            session.rollback()
        session.execute(text(INSERT), {"id": 2, "name": "b"})
    assert len(stock.conn.execute(ALL)) == 2


def test_parameters_do_not_get_into_errors(stock: SqlConnection) -> None:
    # On a line of its own, since PostgreSQL itself quotes the line that it does not accept
    with pytest.raises(SQLAlchemyError) as raised:
        stock.conn.execute("SELECT * FROM no_such_table\nWHERE a = :a", {"a": "hidden-secret"})
    assert "hidden-secret" not in str(raised.value)


def test_many_threads_share_a_small_pool(empty_database: DatabaseAddress) -> None:
    stock = sql_connection(empty_database, pool_size=3, timeout_seconds=30)
    stock.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL)")
    with ThreadPoolExecutor(20) as executor:
        list(executor.map(lambda number: stock.conn.execute(INSERT, {"id": number, "name": "x"}), range(100)))
    assert stock.conn.execute("SELECT COUNT(*) AS many FROM item") == [{"many": 100}]
    stock.retire()


def test_a_pool_whose_connections_are_all_in_use_says_so_in_time(empty_database: DatabaseAddress) -> None:
    stock = sql_connection(empty_database, pool_size=2, timeout_seconds=0.5)
    with stock.session(), stock.session(), pytest.raises(OutgoingFailed, match="all of its 2 connections") as raised:
        stock.session()
    assert (raised.value.stage, raised.value.retriable, raised.value.code) == ("pool", True, "outgoing-busy")
    with stock.session():
        assert stock.conn.execute("SELECT 1 AS one") == [{"one": 1}]
    stock.retire()


def test_a_session_that_has_ended_holds_no_connection_though_something_refers_to_it(
    empty_database: DatabaseAddress,
) -> None:
    stock = sql_connection(empty_database, pool_size=1, timeout_seconds=0.5)
    kept = []
    for _ in range(3):
        with stock.session() as session:
            session.execute(text("SELECT 1"))
        with pytest.raises(RuntimeError), stock.session() as failing:
            raise RuntimeError
        kept += [session, failing]
    stock.retire()


def test_a_retired_connection_ends_its_sessions_and_may_be_used_by_those_who_have_it(stock: SqlConnection) -> None:
    go_on, started = threading.Event(), threading.Event()

    def slow() -> None:
        with stock.session() as session:
            session.execute(text(INSERT), {"id": 1, "name": "a"})
            started.set()
            go_on.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(slow)
        assert started.wait(PATIENCE_SECONDS)
        stock.retire()
        go_on.set()
        running.result()
    assert stock.conn.execute(ALL) == [{"id": 1, "name": "a"}]


def test_ddl_is_rolled_back_too_in_sqlite(tmp_path: object) -> None:
    stock = sql_connection(DatabaseAddress(f"sqlite:///{tmp_path}/a.sqlite"))
    with pytest.raises(RuntimeError), stock.session() as session:
        session.execute(text("CREATE TABLE a (b INTEGER)"))
        raise RuntimeError
    assert stock.conn.execute("SELECT name FROM sqlite_master") == []
