"""ServiceTestClient(sql=...): the database that the service will use, by the code that a server uses it by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError

from support.databases import DatabaseAddress
from zato.core.errors import InvalidInput, OutgoingFailed
from zato.server.service import Service
from zato.testing import ServiceTestClient


class Orders(Service):
    """One order, and one more that fails where `again`."""

    input = "id", "-again"

    def handle(self) -> None:
        with self.out.sql["Orders"].session() as session:
            connection = session.connection()
            connection.exec_driver_sql(f"INSERT INTO orders VALUES ({int(self.request.input.id)})")
            if self.request.input.again:
                connection.exec_driver_sql(f"INSERT INTO orders VALUES ({int(self.request.input.id)})")


def given(address: DatabaseAddress) -> str | dict[str, Any]:
    """As a test would write it; the servers of our tests have a certificate of an authority of their own."""
    return {"url": address.url, "ca_certificate": address.ca.read_text()} if address.ca else address.url


def test_a_service_uses_the_database_of_the_test(empty_database: DatabaseAddress) -> None:
    with ServiceTestClient(sql={"Orders": given(empty_database)}) as client:
        client.sql["Orders"].execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
        client.invoke(Orders, {"id": "1"})
        with pytest.raises(IntegrityError):  # what the database itself says, as in a server
            client.invoke(Orders, {"id": "2", "again": "yes"})
        assert client.sql["Orders"].execute("SELECT id FROM orders WHERE id > :low", {"low": 0}) == [{"id": 1}]
    with ServiceTestClient(sql={"Orders": given(empty_database)}) as client:  # still there, unlike a TestSql
        assert client.sql["Orders"].execute("SELECT id FROM orders") == [{"id": 1}]
        client.sql["Orders"].execute("DROP TABLE orders")


def test_statements_have_the_time_limits_of_a_server(empty_database: DatabaseAddress) -> None:
    slow = {"sqlite": None, "postgresql": "SELECT pg_sleep(5)", "mysql": "SELECT SLEEP(5)"}[
        make_url(empty_database.url).get_backend_name()
    ]
    if slow is None:
        return
    database = given(empty_database)
    assert isinstance(database, dict)
    with (
        ServiceTestClient(sql={"Orders": {**database, "timeout_seconds": 0.2}}) as client,
        pytest.raises(OutgoingFailed, match="did not end in time") as raised,
    ):
        client.sql["Orders"].execute(slow)
    assert raised.value.code == "outgoing-timeout"


def test_an_sqlite_file_is_one_by_its_path_or_one_of_its_own(tmp_path: Path) -> None:
    path = f"sqlite:///{tmp_path}/orders.db"
    ServiceTestClient(sql={"Orders": path}).sql["Orders"].execute("CREATE TABLE orders (id INTEGER)")
    assert (tmp_path / "orders.db").exists()
    assert ServiceTestClient(sql={"Orders": path}).sql["Orders"].execute("SELECT * FROM orders") == []
    own = ServiceTestClient(sql={"Orders": "sqlite:///orders.db"})
    own.sql["Orders"].execute("CREATE TABLE orders (id INTEGER)")
    assert not Path("orders.db").exists()
    # Others are empty databases of their own, as without `sql`
    own.sql["Stock"].execute("CREATE TABLE stock (level INTEGER)")
    assert sorted(own.sql) == ["Orders", "Stock"]


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("postgresql://localhost/orders", "must start with a database and its driver"),
        ("postgresql+psycopg2://localhost/orders?passfile=/etc/shadow", "'passfile' is not one that"),
        ("mysql+pymysql://localhost/orders?local_infile=1", "'local_infile' is not one that"),
        ("postgresql+psycopg2://ann:secret@/orders", "the host is missing"),
        ("sqlite:///../orders.db", "SQLite takes the name of a file"),
        ("sqlite:///a/orders.db", "SQLite takes the name of a file"),
        ("sqlite:///orders.db?mode=ro", "'mode' is not one that"),
        ("sqlite:////tmp/orders.db?mode=ro", "'mode' is not one that"),
        ("sqlite://", "SQLite takes the name of a file"),
        ("sqlite:///:memory:", "SQLite takes the name of a file"),
        ({"url": "sqlite:///orders.db", "pool": 5}, "unknown field `pool`"),
        ({}, "missing required field `url`"),
        ("http://[", "cannot be taken apart"),
    ],
)
def test_what_a_server_would_refuse_is_refused(database: str | Mapping[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match="The database 'Orders' of the test is not valid") as raised:
        ServiceTestClient(sql={"Orders": database})
    assert said in raised.value.message
    assert "secret" not in raised.value.message


def test_credentials_in_a_url_are_taken_apart() -> None:
    client = ServiceTestClient(sql={"Orders": "postgresql+psycopg2://a%40b:p%40ss@127.0.0.1:1/orders"})
    with pytest.raises(OutgoingFailed) as raised:
        client.sql["Orders"].execute("SELECT 1")
    assert "p@ss" not in raised.value.message
    assert "a@b" not in raised.value.message
    assert "127.0.0.1:1/orders" in raised.value.message
