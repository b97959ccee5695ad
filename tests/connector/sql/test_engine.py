"""What an engine asks of a database for each of its connections, tried with a file of SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from zato.config.kinds import OutgoingSql
from zato.connector.outcome import Stage
from zato.connector.sql.engine import limited, new_engine, rolled_back, statement_limit, writes
from zato.connector.sql.failure import Failure
from zato.core.errors import OutgoingFailed


def failed(failure: Failure) -> OutgoingFailed:
    return OutgoingFailed(failure.reason, stage=failure.stage, retriable=failure.retriable)


def made(directory: Path, url: str = "sqlite:///a.sqlite", password: str | None = None, **fields: Any) -> Engine:
    return new_engine(OutgoingSql(url=url, **fields), password, failed, sqlite_directory=directory)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made_ = made(tmp_path, timeout_seconds=0.1)
    with made_.begin() as connection:
        connection.execute(text("CREATE TABLE a (b INTEGER PRIMARY KEY)"))
    yield made_
    made_.dispose()


@pytest.mark.parametrize(
    ("dialect", "server", "seconds", "expected"),
    [
        ("postgresql", "", 1.5, "SET statement_timeout = 1500"),
        ("mysql", "11.8.3-MariaDB-log", 1.5, "SET SESSION max_statement_time = 1.500"),
        ("mariadb", "5.5.5-10.11.11-MariaDB", 30.0, "SET SESSION max_statement_time = 30.000"),
        ("mysql", "8.4.0", 1.5, "SET SESSION max_execution_time = 1500"),
        # None of them may become 0, which is no limit
        ("postgresql", "", 0.0004, "SET statement_timeout = 1"),
        ("mysql", "11.8.3-MariaDB", 0.0004, "SET SESSION max_statement_time = 0.001"),
        ("mysql", "8.4.0", 0.0004, "SET SESSION max_execution_time = 1"),
    ],
)
def test_each_server_is_told_the_limit_in_its_own_words(
    dialect: str, server: str, seconds: float, expected: str
) -> None:
    assert statement_limit(dialect, server, seconds) == expected


def test_an_engine_connects_to_nothing_has_the_items_user_and_bounds_its_pool(tmp_path: Path) -> None:
    engine = made(
        tmp_path, "postgresql+psycopg2://db.invalid/stock", "p@ss", username="zato", pool_size=7, timeout_seconds=2.5
    )
    assert (engine.url.username, engine.url.password, engine.url.host) == ("zato", "p@ss", "db.invalid")
    pool: Any = engine.pool
    assert (pool.size(), pool._max_overflow, pool._timeout, pool.checkedout()) == (7, 0, 2.5, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_made_where_that_is_allowed_only(tmp_path: Path) -> None:
    value = OutgoingSql(url="sqlite:///a.sqlite")
    for creates in (False, True):
        engine = new_engine(value, None, failed, sqlite_directory=tmp_path, creates=creates)
        if creates:
            engine.connect().close()
        else:
            with pytest.raises(OutgoingFailed) as raised:
                engine.connect()
            assert raised.value.stage == Stage.CONNECT
        engine.dispose()
        assert (tmp_path / "a.sqlite").exists() == creates


def test_transactions_that_may_write_have_the_lock_from_their_start_on_and_others_share(engine: Engine) -> None:
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        begun.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with engine.connect() as first, engine.connect() as second:
        for reader in (first, second):
            reader.execute(text("SELECT 1"))
        for reader in (first, second):
            reader.rollback()
        writes(first).execute(text("SELECT 1"))
        with pytest.raises(OutgoingFailed, match="others hold the locks"):
            writes(second).execute(text("SELECT 1"))
    assert begun == ["BEGIN", "SELECT 1", "BEGIN", "SELECT 1", "BEGIN IMMEDIATE", "SELECT 1", "BEGIN IMMEDIATE"]


def test_only_sqlite_has_to_be_told_which_transactions_write() -> None:
    class Connection:
        dialect = type("Dialect", (), {"name": "postgresql"})

    connection: Any = Connection()
    assert writes(connection) is connection


def test_what_is_the_statements_fault_stays_sqlalchemys_and_all_else_is_a_failure_of_ours(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO a VALUES (1)"))
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO a VALUES (1)"))
        with pytest.raises(OperationalError, match="no such table") as raised:
            connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "personal"})
    assert "personal" not in str(raised.value)


def no_answer(_connection: object) -> None:
    raise OutgoingFailed("no answer came in time", stage=Stage.QUERY, retriable=True)


def test_a_connection_that_cannot_be_rolled_back_is_given_up_and_another_one_can(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO a VALUES (1)"))
        rolled_back(connection, 0.1)
        assert not connection.invalidated
        assert connection.execute(text("SELECT count(*) FROM a")).scalar_one() == 0
        event.listen(engine, "rollback", no_answer)
        connection.execute(text("INSERT INTO a VALUES (1)"))
        rolled_back(connection, 0.1)
        event.remove(engine, "rollback", no_answer)
        assert connection.invalidated
        with limited(connection, 0.1):
            assert connection.invalidated, "there is nothing any more whose wait could be limited"
    with limited(connection, 0.1):
        assert connection.closed
    with engine.connect() as another:
        assert another.execute(text("SELECT count(*) FROM a")).scalar_one() == 0
