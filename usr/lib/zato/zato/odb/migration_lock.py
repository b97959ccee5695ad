"""One process migrates, the others wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, exc

from zato.core.errors import Unavailable
from zato.odb.database import Database

_NUMBER = 7_261_014  # any number, the same for all who migrate
_NAME = f"zato-{_NUMBER}"
_WAIT_SECONDS = 60
_ORA_NAME_IN_USE = "ORA-00955"


@contextmanager
def migration_lock(database: Database, connection: Connection) -> Iterator[None]:
    """Held within; the database releases it when this process dies. Raises Unavailable after a minute of waiting.

    SQLite needs none of its own: maintenance connections begin their transaction with the write lock.
    """
    match database.dialect:
        case "postgresql":
            connection.exec_driver_sql(f"SET lock_timeout = '{_WAIT_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_NUMBER})")
            connection.commit()
            yield  # the connection is closed after maintenance, and the lock goes with it
        case "mysql":
            taken = connection.exec_driver_sql(f"SELECT GET_LOCK('{_NAME}', {_WAIT_SECONDS})").scalar()
            connection.commit()
            if taken != 1:
                raise Unavailable(
                    f"Another process has been migrating the ODB at {database.label} for over a minute; try again.",
                    code="odb-unavailable",
                )
            yield
        case "oracle":
            with _oracle_lock(database):
                yield
        case _:
            yield


@contextmanager
def _oracle_lock(database: Database) -> Iterator[None]:
    """A connection of its own holds the lock, as on the migrating one every DDL statement would commit it away."""
    with database.maintenance() as holder:
        try:
            holder.exec_driver_sql("CREATE TABLE zt_migration_lock (id NUMBER(1))")
        except exc.DatabaseError as error:
            if _ORA_NAME_IN_USE not in str(error.orig):
                raise
            holder.rollback()
        holder.exec_driver_sql(f"LOCK TABLE zt_migration_lock IN EXCLUSIVE MODE WAIT {_WAIT_SECONDS}")
        yield
