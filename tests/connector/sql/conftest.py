"""Fixtures for databases of other systems."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.databases import DatabaseAddress, DatabaseServer, new_database
from support.outgoing_sql import sql_connection
from zato.connector.sql.outgoing import SqlConnection


@pytest.fixture
def stock(empty_database: DatabaseAddress) -> Iterator[SqlConnection]:
    """A database with one table, in turn in each database there is."""
    connection = sql_connection(empty_database)
    connection.conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL)")
    yield connection
    connection.retire()


@pytest.fixture
def server_address(database_server: DatabaseServer) -> DatabaseAddress:
    """An empty database, in turn in each database server."""
    return new_database(database_server)
