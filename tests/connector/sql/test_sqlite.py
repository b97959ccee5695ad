"""Files of SQLite, and URLs that lead nowhere."""

from __future__ import annotations

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from support.databases import DatabaseAddress
from support.outgoing_sql import sql_connection
from zato.config.kinds import OutgoingSql
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import OutgoingFailed
from zato.odb.database import Database

NOWHERE = Path("/nowhere")


def test_a_file_that_cannot_be_opened_is_a_matter_of_connecting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    connection = sql_connection(DatabaseAddress(f"sqlite:///{tmp_path}/file/a.sqlite"))
    with pytest.raises(OutgoingFailed, match="unable to open database file") as raised:
        connection.session()
    assert raised.value.stage == "connect"
    assert connection.ping("c1").stage == "connect"


def test_a_file_that_is_no_database_fails_the_query(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("this is a letter, not a database" * 50)
    result = sql_connection(DatabaseAddress(f"sqlite:///{tmp_path}/a.sqlite")).ping("c1")
    assert result.ok or result.stage == "query"


def test_a_file_that_another_one_writes_to_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    address = DatabaseAddress(f"sqlite:///{tmp_path}/a.sqlite")
    stock = sql_connection(address, timeout_seconds=0.2)
    stock.conn.execute("CREATE TABLE a (b INTEGER)")
    with stock.session() as session:
        session.execute(text("INSERT INTO a VALUES (1)"))
        with pytest.raises(OutgoingFailed) as raised:
            stock.conn.execute("INSERT INTO a VALUES (2)")
    assert (raised.value.stage, raised.value.retriable) == ("query", True)
    assert stock.conn.execute("SELECT b FROM a") == [{"b": 1}]


def test_a_driver_that_is_not_installed_is_named() -> None:
    connection = SqlConnection(
        "Stock", OutgoingSql(url="oracle+cx_oracle://db.example.com/a"), sqlite_directory=NOWHERE
    )
    with pytest.raises(OutgoingFailed, match="cx_Oracle") as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("request", "outgoing-driver-missing")
    assert not connection.ping("c1").ok


def test_authorities_that_cannot_be_loaded_are_a_matter_of_tls() -> None:
    value = OutgoingSql(url="mysql+pymysql://db.example.com/a", ca_certificate="nonsense")
    connection = SqlConnection("Stock", value, sqlite_directory=NOWHERE)
    with pytest.raises(OutgoingFailed) as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("tls", "outgoing-certificate")


def test_the_odb_of_a_cluster_is_not_for_services(sqlite_odb: Database) -> None:
    stock = sql_connection(DatabaseAddress(f"sqlite:///{sqlite_odb.file}"))
    with pytest.raises(OutgoingFailed, match="it is an ODB of Zato"):
        stock.conn.execute("DELETE FROM zt_change")
    assert not stock.ping("c1").ok


@pytest.mark.parametrize("url", ["sqlite:///x?uri=true", "mysql+pymysql://127.0.0.1/a?read_default_file=/etc/passwd"])
def test_a_url_that_was_stored_before_its_parameters_were_checked_is_not_used(url: str) -> None:
    connection = SqlConnection("Stock", OutgoingSql(url=url), sqlite_directory=NOWHERE)
    with pytest.raises(OutgoingFailed) as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("request", "outgoing-url")
    assert connection.ping("c1").stage == "request"


def test_a_parameter_that_the_driver_cannot_take_is_an_answer_of_the_ping() -> None:
    value = OutgoingSql(url="mysql+pymysql://127.0.0.1:1/a?charset=nonsense")
    connection = SqlConnection("Stock", value, sqlite_directory=NOWHERE)
    result = connection.ping("c1")
    assert (result.ok, result.stage) == (False, "request")


def connected(directory: Path, url: str = "sqlite:///a.db", **fields: Any) -> SqlConnection:
    return SqlConnection("Stock", OutgoingSql(url=url, **fields), sqlite_directory=directory)


def test_a_ping_makes_no_file_and_the_first_statement_does(tmp_path: Path) -> None:
    stock = connected(tmp_path / "sqlite")
    result = stock.ping("c1")
    assert (result.ok, result.stage) == (False, "connect")
    assert "a.db is not there yet; the first service that uses it makes it" in result.message
    assert list(tmp_path.iterdir()) == []
    stock.conn.execute("CREATE TABLE a (b INTEGER)")
    assert [path.name for path in (tmp_path / "sqlite").iterdir()] == ["a.db"]
    assert (tmp_path / "sqlite").stat().st_mode & 0o777 == 0o700
    assert stock.ping("c1").ok


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////{there}/run/draining",
        "sqlite:///../draining",
        "sqlite:///file:x",
        "sqlite:///a/b",
        "sqlite:///:memory:",
    ],
)
def test_a_file_elsewhere_that_was_stored_before_is_not_used(tmp_path: Path, url: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "sqlite").mkdir()
    stock = connected(tmp_path / "sqlite", url.format(there=tmp_path))
    with pytest.raises(
        OutgoingFailed, match=r"such files are in .*/sqlite \(sqlite_directory in zato\.toml\)"
    ) as raised:
        stock.session()
    assert (raised.value.stage, raised.value.code) == ("request", "outgoing-url")
    assert stock.ping("c1").stage == "request"
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["run", "sqlite"]


def test_a_path_that_was_stored_before_is_used_where_it_leads_into_the_directory(tmp_path: Path) -> None:
    connected(tmp_path).conn.execute("CREATE TABLE a (b INTEGER)")
    assert connected(tmp_path, f"sqlite:///{tmp_path}/a.db").conn.execute("SELECT b FROM a") == []


@pytest.mark.parametrize("kind", ["symbolic", "dangling", "hard", "directory", "fifo"])
def test_what_is_no_file_of_its_own_is_not_opened(tmp_path: Path, kind: str) -> None:
    directory, outside = tmp_path / "sqlite", tmp_path / "outside.db"
    directory.mkdir()
    if kind != "dangling":
        with closing(sqlite3.connect(outside)) as connection:
            connection.execute("CREATE TABLE secret (a)")
    path = directory / "a.db"
    match kind:
        case "symbolic" | "dangling":
            path.symlink_to(outside)
        case "hard":
            path.hardlink_to(outside)
        case "directory":
            path.mkdir()
        case _:
            os.mkfifo(path)
    stock = connected(directory)
    with pytest.raises(OutgoingFailed, match="is a link, or no file") as raised:
        stock.conn.execute("SELECT 1")
    assert raised.value.stage == "connect"
    assert not stock.ping("c1").ok
    assert outside.exists() == (kind != "dangling")


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{there}/run' AS x",
        "ATTACH 'file:{there}/run?mode=rwc' AS x",
        "ATTACH DATABASE '{there}' || '/run' AS x",
        "ATTACH (SELECT '{there}/run') AS x",
        "ATTACH char(47, 116, 109, 112) AS x",
        "SELECT load_extension('{there}/x.so')",
        "SELECT LOAD_EXTENSION('{there}/x.so')",
        "PRAGMA temp_store_directory = '{there}'",
        "PRAGMA main.temp_store_directory('{there}')",
        "PRAGMA writable_schema = 1",
    ],
)
def test_a_statement_reaches_no_other_file(tmp_path: Path, statement: str) -> None:
    stock = connected(tmp_path / "sqlite")
    stock.conn.execute("CREATE TABLE a (b INTEGER)")
    with pytest.raises(DatabaseError, match=r"not authorized|authorization denied"):
        stock.conn.execute(statement.format(there=tmp_path))
    with pytest.raises(DatabaseError, match=r"not authorized|authorization denied"), stock.session() as session:
        session.connection().exec_driver_sql(statement.format(there=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["sqlite"]


def test_what_services_do_with_their_own_file_works(tmp_path: Path) -> None:
    stock = connected(tmp_path)
    for statement in (
        "CREATE TABLE a (b INTEGER PRIMARY KEY, c TEXT)",
        "CREATE INDEX i ON a (c)",
        "CREATE VIEW v AS SELECT b, lower(c) AS c FROM a",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET c = upper(c) WHERE b = new.b; END",
        "CREATE TEMP TABLE x (y INTEGER)",
        "INSERT INTO a (c) VALUES ('x')",
        "ANALYZE",
        "REINDEX",
        "PRAGMA user_version = 3",
        "DROP TRIGGER t",
    ):
        stock.conn.execute(statement)
    assert stock.conn.execute("SELECT c FROM v") == [{"c": "x"}]
    assert stock.conn.execute("PRAGMA journal_mode") == [{"journal_mode": "delete"}]
    with stock.session() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        connection.rollback()
        connection.execute("VACUUM")
        for elsewhere in (f"'{tmp_path}/other'", f"'{tmp_path}' || '/other'"):
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|authorization denied"):
                connection.execute(f"VACUUM INTO {elsewhere}")
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_transactions_that_read_before_they_write_wait_for_one_another(tmp_path: Path, mode: str) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE a (b INTEGER)")
        connection.execute("INSERT INTO a VALUES (0)")
        connection.commit()
    stock = connected(tmp_path, timeout_seconds=20, pool_size=8)

    def count(_: int) -> None:
        with stock.session() as session:
            (found,) = session.execute(text("SELECT b FROM a")).one()
            time.sleep(0.01)
            session.execute(text("UPDATE a SET b = :b"), {"b": found + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(24)))
    assert stock.conn.execute("SELECT b FROM a") == [{"b": 24}]


def test_a_transaction_waits_for_the_lock_as_long_as_the_connection_says_and_no_longer(tmp_path: Path) -> None:
    stock = connected(tmp_path, timeout_seconds=0.3)
    stock.conn.execute("CREATE TABLE a (b INTEGER)")
    with stock.session() as first:
        first.execute(text("SELECT b FROM a")).all()
        assert stock.conn.execute("SELECT b FROM a") == []  # a statement that only reads does not wait
        started = time.monotonic()
        with pytest.raises(OutgoingFailed, match="others hold the locks that it needs"), stock.session() as second:
            second.execute(text("SELECT b FROM a"))
        assert 0.25 < time.monotonic() - started < 3
