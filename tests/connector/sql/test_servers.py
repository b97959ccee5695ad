"""Databases over TLS that refuse, stop, come back and are slow."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from support.certificates import CertificateAuthority
from support.databases import DatabaseAddress, DatabaseServer, new_database
from support.http_peer import RawPeer, SilentPort
from support.outgoing_sql import sql_connection
from support.ports import free_port
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import OutgoingFailed

SLEEP = {"postgresql": "SELECT pg_sleep(60)", "mysql": "SELECT SLEEP(60) FROM item"}
SESSIONS = {
    "postgresql": "SELECT COUNT(*) AS many FROM pg_stat_activity WHERE datname = current_database()",
    "mysql": "SELECT COUNT(*) AS many FROM information_schema.processlist WHERE db = DATABASE()",
}


def dialect(address: DatabaseAddress) -> str:
    return make_url(address.url).get_backend_name()


def moved(address: DatabaseAddress, **parts: Any) -> DatabaseAddress:
    return DatabaseAddress(make_url(address.url).set(**parts).render_as_string(hide_password=False), address.ca)


def failure(act: Callable[[], object]) -> OutgoingFailed:
    with pytest.raises(OutgoingFailed) as raised:
        act()
    assert "'Stock'" in raised.value.message
    return raised.value


def stage_of_both(connection: SqlConnection) -> str:
    """The stage at which a call and a ping fail, which is the same."""
    error = failure(lambda: connection.conn.execute("SELECT 1"))
    result = connection.ping("c1")
    assert not result.ok
    assert result.stage == error.stage, (result, error)
    assert result.milliseconds > 0
    assert "'Stock'" in result.message
    connection.retire()
    return error.stage


def other_authority(directory: Path) -> str:
    return CertificateAuthority(directory, "Other CA").certificate.read_text()


def test_a_ping_of_a_database_that_works(empty_database: DatabaseAddress) -> None:
    stock = sql_connection(empty_database)
    stock.conn.execute("SELECT 1")  # by which SQLite makes the file
    result = stock.ping("c1")
    assert (result.ok, result.stage) == (True, "done")
    assert 0 < result.milliseconds < 5000


def test_the_connection_is_encrypted(server_address: DatabaseAddress) -> None:
    stock = sql_connection(server_address)
    query = {
        "postgresql": "SELECT ssl AS used FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        "mysql": "SELECT VARIABLE_VALUE <> '' AS used FROM information_schema.SESSION_STATUS "
        "WHERE VARIABLE_NAME = 'SSL_CIPHER'",
    }[dialect(server_address)]
    assert bool(stock.conn.execute(query)[0]["used"])
    stock.retire()


def test_a_name_that_cannot_be_resolved(server_address: DatabaseAddress) -> None:
    assert stage_of_both(sql_connection(moved(server_address, host="no-such-host.invalid"))) == "name"


def test_a_port_that_nobody_listens_on(server_address: DatabaseAddress) -> None:
    assert stage_of_both(sql_connection(moved(server_address, port=free_port()))) == "connect"


def test_an_authority_that_is_not_trusted(server_address: DatabaseAddress, tmp_path: Path) -> None:
    connection = sql_connection(server_address, ca_certificate=other_authority(tmp_path))
    assert "certificate" in failure(lambda: connection.conn.execute("SELECT 1")).message
    assert stage_of_both(connection) == "tls"


def test_a_certificate_that_breaks_a_rule_is_refused_where_the_item_says_so(mariadb: DatabaseServer) -> None:
    """The authority of these tests has no key usage, as those of many companies."""
    address = new_database(mariadb)
    assert sql_connection(address).conn.execute("SELECT 1 AS one")[0]["one"] == 1
    connection = sql_connection(address, strict_certificates=True)
    error = failure(lambda: connection.conn.execute("SELECT 1"))
    assert "Path length given without key usage keyCertSign" in error.message
    assert error.message.endswith("have it issued anew, or set strict_certificates to false.")
    assert stage_of_both(connection) == "tls"


def test_a_certificate_for_another_host(server_address: DatabaseAddress) -> None:
    assert stage_of_both(sql_connection(moved(server_address, host="127.0.0.1"))) == "tls"


def test_a_wrong_password_and_its_absence(server_address: DatabaseAddress) -> None:
    for password in ("wrong", None):
        connection = sql_connection(server_address, password=password)
        assert not failure(lambda connection=connection: connection.conn.execute("SELECT 1")).retriable  # type: ignore[misc]
        assert stage_of_both(connection) == "authentication"


def test_a_database_that_does_not_exist(server_address: DatabaseAddress) -> None:
    assert stage_of_both(sql_connection(moved(server_address, database="nowhere"))) == "authentication"


def test_a_server_that_never_says_a_word(server_address: DatabaseAddress) -> None:
    with SilentPort() as port:
        started = time.monotonic()
        error = failure(sql_connection(moved(server_address, port=port), timeout_seconds=2).session)
        assert time.monotonic() - started < LATE_SECONDS
    assert (error.stage, error.code, error.retriable) == ("connect", "outgoing-timeout", True)


def test_a_server_without_tls_is_not_talked_to(server_address: DatabaseAddress) -> None:
    def no_tls(sock: socket.socket) -> None:
        if dialect(server_address) == "postgresql":
            sock.recv(100)
            sock.sendall(b"N")
            sock.recv(100)
        else:
            greeting = b"\x0a5.5.5-10.11.1-MariaDB\x00" + b"\x01\x00\x00\x00" + b"12345678\x00"
            greeting += b"\x08\xa2" + b"\x21" + b"\x02\x00" + b"\x08\x00" + b"\x15" + b"\x00" * 10
            greeting += b"123456789012\x00" + b"mysql_native_password\x00"
            sock.sendall(len(greeting).to_bytes(3, "little") + b"\x00" + greeting)
            received.append(sock.recv(1000))

    received: list[bytes] = []
    with RawPeer(no_tls) as peer:
        connection = sql_connection(moved(server_address, port=peer.port), timeout_seconds=3)
        assert failure(connection.session).stage == "tls"
    assert received in ([], [b""])  # no password, not even its hash


def test_no_message_shows_the_password(server_address: DatabaseAddress) -> None:
    connection = sql_connection(moved(server_address, port=free_port()), password="hidden-secret")
    assert "hidden-secret" not in failure(connection.session).message + str(connection) + connection.ping("c").message


def test_a_slow_statement_is_ended_by_the_server_and_the_connection_lives_on(server_address: DatabaseAddress) -> None:
    stock = sql_connection(server_address, timeout_seconds=1, pool_size=1)
    stock.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    stock.conn.execute("INSERT INTO item VALUES (1)")
    started = time.monotonic()
    error = failure(lambda: stock.conn.execute(SLEEP[dialect(server_address)]))
    assert (error.stage, error.code, error.retriable) == ("query", "outgoing-timeout", True)
    assert time.monotonic() - started < LATE_SECONDS
    assert stock.conn.execute("SELECT id FROM item") == [{"id": 1}]
    stock.retire()


def test_a_server_that_freezes_within_a_statement_is_given_up(
    database_server: DatabaseServer, server_address: DatabaseAddress
) -> None:
    stock = sql_connection(server_address, timeout_seconds=1)
    with pytest.raises(OutgoingFailed) as raised, stock.session() as session:
        session.execute(text("SELECT 1"))
        database_server.pause()
        started = time.monotonic()
        try:
            session.execute(text("SELECT 1"))
        finally:
            waited = time.monotonic() - started
            database_server.resume()
    assert (raised.value.stage, raised.value.retriable) == ("query", True)
    assert waited < LATE_SECONDS
    assert stock.conn.execute("SELECT 1 AS one") == [{"one": 1}]
    stock.retire()


def test_both_names_of_mysql_have_the_same_limits(mariadb: DatabaseServer) -> None:
    address = moved(new_database(mariadb), drivername="mariadb+pymysql")
    stock = sql_connection(address, timeout_seconds=1)
    stock.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    stock.conn.execute("INSERT INTO item VALUES (1)")
    assert failure(lambda: stock.conn.execute(SLEEP["mysql"])).code == "outgoing-timeout"
    mariadb.pause()
    try:
        started = time.monotonic()
        assert failure(stock.session).stage == "connect"
        assert time.monotonic() - started < LATE_SECONDS
    finally:
        mariadb.resume()
    stock.retire()


def test_an_idle_connection_to_a_server_that_freezes_is_not_waited_for(
    database_server: DatabaseServer, server_address: DatabaseAddress
) -> None:
    stock = sql_connection(server_address, timeout_seconds=2)
    stock.conn.execute("SELECT 1")
    database_server.pause()
    try:
        started = time.monotonic()
        error = failure(stock.session)
        assert time.monotonic() - started < LATE_SECONDS
    finally:
        database_server.resume()
    assert (error.stage, error.retriable) == ("connect", True)
    stock.retire()


def test_idle_connections_heal_after_the_server_was_killed(
    database_server: DatabaseServer, server_address: DatabaseAddress
) -> None:
    stock = sql_connection(server_address, pool_size=3)
    with stock.session(), stock.session(), stock.session():
        pass
    database_server.kill()
    try:
        assert failure(stock.session).stage == "connect"
    finally:
        database_server.start()
    for _ in range(5):
        assert stock.conn.execute("SELECT 1 AS one") == [{"one": 1}]
    stock.retire()


def test_a_server_that_is_killed_within_a_session_rolls_it_back(
    database_server: DatabaseServer, server_address: DatabaseAddress
) -> None:
    stock = sql_connection(server_address)
    stock.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    with pytest.raises(OutgoingFailed) as raised, stock.session() as session:
        session.execute(text("INSERT INTO item VALUES (1)"))
        try:
            database_server.kill()
            session.execute(text("SELECT 1"))
        finally:
            database_server.start()
    assert (raised.value.stage, raised.value.retriable) == ("query", True)
    assert stock.conn.execute("SELECT id FROM item") == []
    stock.retire()


def test_a_retired_connection_leaves_no_connection_open(server_address: DatabaseAddress) -> None:
    watch = sql_connection(server_address, pool_size=1)
    count = SESSIONS[dialect(server_address)]

    def many_open(expected: int) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := watch.conn.execute(count)[0]["many"]) != expected and time.monotonic() < deadline:
            time.sleep(0.02)
        return bool(found == expected)

    stock = sql_connection(server_address)
    session = stock.session()
    with stock.session() as other:
        other.execute(text("SELECT 1"))
        assert many_open(3)
    stock.retire()
    assert many_open(2)
    session.execute(text("SELECT 1"))
    session.close()
    assert many_open(1)
    stock.conn.execute("SELECT 1")
    assert many_open(1)
    watch.retire()


def test_locks_of_others_are_a_reason_to_try_again(server_address: DatabaseAddress) -> None:
    stock = sql_connection(server_address, timeout_seconds=1)
    stock.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY)")
    stock.conn.execute("INSERT INTO item VALUES (1)")
    with stock.session() as session:
        session.execute(text("UPDATE item SET id = 2"))
        error = failure(lambda: stock.conn.execute("UPDATE item SET id = 3"))
    assert (error.stage, error.retriable) == ("query", True)
    stock.retire()
