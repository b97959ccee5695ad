"""Files of SQLite, and URLs that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from support.databases import DatabaseAddress
from support.outgoing_sql import sql_connection
from zato.config.kinds import OutgoingSql
from zato.core.errors import OutgoingFailed
from zato.odb.database import Database
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


def test_the_odb_of_a_cluster_is_not_for_services(sqlite_odb: Database) -> None:
    stock = sql_connection(DatabaseAddress(f"sqlite:///{sqlite_odb.file}"))
    with pytest.raises(OutgoingFailed, match="it is an ODB of Zato"):
        stock.conn.execute("DELETE FROM zt_change")
    assert not stock.ping("c1").ok


@pytest.mark.parametrize("url", ["sqlite:////x?uri=true", "mysql+pymysql://127.0.0.1/a?read_default_file=/etc/passwd"])
def test_a_url_that_was_stored_before_its_parameters_were_checked_is_not_used(url: str) -> None:
    connection = SqlConnection("Stock", OutgoingSql(url=url))
    with pytest.raises(OutgoingFailed) as raised:
        connection.session()
    assert (raised.value.stage, raised.value.code) == ("request", "outgoing-url")
    assert connection.ping("c1").stage == "request"


def test_a_parameter_that_the_driver_cannot_take_is_an_answer_of_the_ping() -> None:
    connection = SqlConnection("Stock", OutgoingSql(url="mysql+pymysql://127.0.0.1:1/a?charset=nonsense"))
    result = connection.ping("c1")
    assert (result.ok, result.stage) == (False, "request")
