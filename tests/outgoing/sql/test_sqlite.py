"""Files of SQLite, and URLs that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from support.databases import DatabaseAddress
from support.outgoing_sql import sql_connection
from zato.config.kinds import OutgoingSql
from zato.core.errors import OutgoingFailed
from zato.outgoing.sql.connection import SqlConnection


def test_a_file_that_cannot_be_opened_is_a_matter_of_connecting(tmp_path: Path) -> None:
    connection = sql_connection(DatabaseAddress(f"sqlite:///{tmp_path}/missing/a.sqlite"))
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
    connection = SqlConnection("Stock", OutgoingSql(url="oracle+cx_oracle://db.example.com/a"))
    with pytest.raises(OutgoingFailed, match="cx_Oracle") as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("request", "outgoing-driver-missing")
    assert not connection.ping("c1").ok


def test_authorities_that_cannot_be_loaded_are_a_matter_of_tls() -> None:
    connection = SqlConnection("Stock", OutgoingSql(url="mysql+pymysql://db.example.com/a", ca_certificate="nonsense"))
    with pytest.raises(OutgoingFailed) as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("tls", "outgoing-certificate")
