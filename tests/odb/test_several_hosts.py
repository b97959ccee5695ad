"""A database with several hosts: the one that takes changes is used, and another one when that is somewhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from support.mariadb import MariaDb
from support.ports import free_port
from support.postgresql import PostgreSql
from zato.core.clock import SystemClock
from zato.core.errors import SetupError, Unavailable
from zato.odb import migrate
from zato.odb.address import connect_arguments, parse
from zato.odb.changes import ProposedChange
from zato.odb.database import Database, DatabaseTls
from zato.odb.log import Action, ConfigurationLog

_BACK_SECONDS = 10


@contextmanager
def opened(url: URL, ports: tuple[int, ...], ca: Path) -> Iterator[Database]:
    plain = URL.create(url.drivername, url.username, url.password, database=url.database)
    several = plain.set(query={"host": ",".join(f"localhost:{port}" for port in ports)})
    database = Database(several.render_as_string(hide_password=False), tls=DatabaseTls(ca))
    yield database
    database.dispose()


def change(database: Database, name: str) -> None:
    proposed = ProposedChange("service", name, Action.CREATE, "{}")
    ConfigurationLog(database).append([proposed], principal="ann", cid="c", at=SystemClock().now())


def change_in_time(database: Database, name: str) -> None:
    limit = time.monotonic() + _BACK_SECONDS
    while True:
        try:
            return change(database, name)
        except Unavailable:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)


def test_postgresql_is_used_where_it_takes_changes_and_followed_to_a_promoted_standby() -> None:
    primary = PostgreSql()
    standby = None
    try:
        primary.create_database("zato_several")
        standby = PostgreSql(primary)
        ports = (free_port(), standby.port, primary.port)
        with opened(primary.url("zato_several"), ports, primary.authority.certificate) as database:
            migrate.init(database, "zato")  # the first is dead and the second a standby
            change(database, "before")
            primary.stop()
            with pytest.raises(Unavailable) as caught:
                change(database, "meanwhile")
            assert all(f"localhost:{port}" in caught.value.message for port in ports)
            standby.promote()
            change_in_time(database, "after")
            assert [item.name for item in ConfigurationLog(database).items()] == ["after", "before"]
    finally:
        primary.remove()
        if standby is not None:
            standby.remove()


def test_mariadb_is_used_where_it_takes_changes_and_followed_when_that_changes() -> None:
    one = MariaDb()
    two = None
    try:
        two = MariaDb(like=one)
        for server in (one, two):
            server.create_database("zato_several")
            with opened(server.url("zato_several"), (server.port,), one.authority.certificate) as database:
                migrate.init(database, "zato")
        two.set_read_only(True)
        ports = (free_port(), two.port, one.port)
        with opened(one.url("zato_several"), ports, one.authority.certificate) as database:
            change(database, "in one")  # the first is dead and the second read-only
            one.set_read_only(True)
            with pytest.raises(Unavailable) as caught:
                change(database, "meanwhile")
            assert all(f"localhost:{port}" in caught.value.message for port in ports)
            assert "it is read-only" in caught.value.message
            two.set_read_only(False)
            change_in_time(database, "in two")
            assert [item.name for item in ConfigurationLog(database).items()] == ["in two"]
            two.kill()
            with pytest.raises(Unavailable):
                change(database, "meanwhile")
            two.start()
            change_in_time(database, "again in two")
    finally:
        one.remove()
        if two is not None:
            two.remove()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("host=a:5433&host=b", "a:5433,b:5432"),
        ("host=a,b&port=1,2", "a:1,b:2"),
        ("host=[::1]:1&host=fe80::1", "[::1]:1,[fe80::1]:5432"),
        ("host=/run/postgresql", ""),
        ("host=a:1", "a:1"),
    ],
)
def test_the_hosts_of_a_url(query: str, shown: str) -> None:
    address = parse(f"postgresql+psycopg2://zato:secret@/zato?{query}&sslmode=verify-full")
    assert address.label == f"postgresql+psycopg2://zato:***@{shown}/zato"
    assert address.url.query["sslmode"] == "verify-full"


def test_the_host_before_the_database_is_the_first_of_several() -> None:
    assert parse("mysql+pymysql://zato@a:1/zato?host=b").label == "mysql+pymysql://zato@a:1,b:1/zato"


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(SetupError) as caught:
        parse("mysql+pymysql://zato@/zato?host=a:b,c")
    assert caught.value.code == "invalid-odb-url"


def test_one_host_of_several_beyond_this_machine_makes_the_certificate_matter() -> None:
    found = parse("postgresql+psycopg2://zato@/zato?host=localhost,db.example.com")
    assert connect_arguments(found, None)["sslmode"] == "verify-full"
    assert "ssl" in connect_arguments(parse("mysql+pymysql://zato@/zato?host=localhost,db.example.com"), None)
