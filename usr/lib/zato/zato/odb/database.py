"""The connection to the ODB, the same for SQLite, PostgreSQL, MySQL/MariaDB and Oracle."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, create_engine, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from zato.core.errors import SetupError
from zato.odb import address
from zato.odb.address import DatabaseTls
from zato.odb.announcing import announce
from zato.odb.failures import translate
from zato.odb.sqlite_file import SqliteFile
from zato.sql.deadline import deadline
from zato.sql.several_hosts import connect_to_writable, is_writable

__all__ = ["Database", "DatabaseTls"]

Owner = Callable[[Connection], None]
"""Looks whose database that is, and raises Unavailable where it is not to be used."""
_WRITE = "zato_write"
_ASKED = "zato_asked"
_FRESH = "zato_fresh"
_DAY_SECONDS = 24 * 3600.0


class Database:
    """A pool of connections that notices within seconds that the database is gone, and heals once it is back.

    Constructing it connects to nothing. Threads may share it. Processes may not: it can be made before a fork as long
    as it is first used after it, and using it on both sides raises RuntimeError. Every error is one of
    zato.core.errors: Unavailable(odb-unavailable) for whatever a later try can heal, Conflict for a violated key,
    Unavailable(odb-not-initialised) where tables are missing.

    The certificate of a database that is not on this machine is verified by `tls`, by the driver's own options in the
    URL, or by this machine's authorities. `owner` is asked about each connection before that is used for anything else.
    """

    def __init__(
        self, url: str, *, tls: DatabaseTls | None = None, pool_size: int = 5, owner: Owner | None = None
    ) -> None:
        self._address = address.parse(url)
        self._owner = owner
        self._history = 0
        self._user: int | None = None
        self._file = SqliteFile(self.file) if self.file is not None else None
        self._engine = self._new_engine(tls, pool_size)

    @property
    def dialect(self) -> str:
        """sqlite, postgresql, mysql (MariaDB too) or oracle."""
        return self._address.dialect

    @property
    def label(self) -> str:
        """The URL for messages, without password and options."""
        return self._address.label

    @property
    def file(self) -> str | None:
        """The file of an SQLite database."""
        return self._address.url.database if self.dialect == "sqlite" else None

    @property
    def generation(self) -> int:
        """Grows when the database is found to be another one: the file of an SQLite ODB was exchanged."""
        return 0 if self._file is None else self._file.generation

    def another_history(self) -> None:
        """What it keeps was exchanged: the owner is asked again about each connection, whenever that was made."""
        self._history += 1

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with. Each statement sees one consistent state; on SQLite all of them see the same."""
        with self._translated(), self._connected() as connection:
            if self.dialect == "postgresql":
                # Each statement has one state as it is: a transaction would only be two more messages for each read
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    @contextmanager
    def write(self, *, announced: bool = True) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back when the block raises.

        On SQLite it holds the only write lock from its first moment (BEGIN IMMEDIATE), so keep it short. There whoever
        asks a ChangeNotifier hears of it at once if it is `announced`, and does not look for it otherwise.
        """
        with self._translated(), self._connected(write=True) as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
            except exc.SQLAlchemyError as error:
                raise translate(error, self.label, self.dialect, committing=True) from error
        if announced and self.file is not None:
            announce(self.file)

    @contextmanager
    def maintenance(self) -> Iterator[Connection]:
        """A connection without limits on time, for migrations; the caller begins and commits. It is closed at the end.

        On SQLite its transactions are write transactions from their first moment.
        """
        with self._translated(), self._engine_here().connect() as connection:
            connection.execution_options(**{_WRITE: True})
            driver_connection = connection.connection.dbapi_connection
            try:
                with deadline(self.dialect, driver_connection, _DAY_SECONDS):
                    if self.dialect == "postgresql":
                        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                            connection.exec_driver_sql(f"SET {limit} = 0")
                        connection.commit()
                    yield connection
            finally:
                connection.invalidate()  # its session's settings and locks must not come back from the pool

    def dispose(self) -> None:
        """Close all idle connections; the object can be used again afterwards, in another process too."""
        self._engine.dispose()
        self._user = None

    @contextmanager
    def _connected(self, *, write: bool = False) -> Iterator[Connection]:
        with self._engine_here().connect() as connection:
            if write:
                connection.execution_options(**{_WRITE: True})
            with deadline(self.dialect, connection.connection.dbapi_connection, address.TRANSACTION_SECONDS):
                self._ask_owner(connection)
                yield connection

    def _ask_owner(self, connection: Connection) -> None:
        if self._owner is None or connection.info.get(_ASKED) == self._history:
            return
        history = self._history
        self._owner(connection)
        connection.rollback()  # what follows begins its own transaction
        connection.info[_ASKED] = history

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise translate(error, self.label, self.dialect) from error

    def _engine_here(self) -> Engine:
        process = os.getpid()
        if self._user is None:
            self._user = process
        elif self._user != process:
            raise RuntimeError(f"The ODB at {self.label} was used before this process was forked; make one after it.")
        return self._engine

    def _new_engine(self, tls: DatabaseTls | None, pool_size: int) -> Engine:
        options: dict[str, Any] = {}
        if self.dialect in ("postgresql", "mysql"):
            options["isolation_level"] = "READ COMMITTED"
        if self.dialect == "postgresql":
            options["executemany_mode"] = "values_plus_batch"
        try:
            engine = create_engine(
                self._address.url,
                connect_args=address.connect_arguments(self._address, tls),
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_timeout=address.CONNECT_SECONDS,
                **options,
            )
        except ImportError as error:
            raise SetupError(
                f"The URL of the ODB names the driver {self._address.url.drivername!r}, which is not installed here.",
                code="odb-driver-missing",
            ) from error
        if self._file is not None:
            event.listen(engine, "do_connect", self._connect_to_file)
            event.listen(engine, "connect", self._prepare_file)
            event.listen(engine, "checkout", self._check_file)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            event.listen(engine, "connect", self._prepare)
            event.listen(engine, "checkout", self._ping)
        if self.dialect == "mysql" and self._address.hosts:
            event.listen(engine, "do_connect", self._connect_to_one)
        return engine

    def _prepare(self, connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_FRESH] = True
        if self.dialect == "mysql":
            connection._read_timeout = address.STATEMENT_SECONDS
        elif self.dialect == "oracle":
            connection.call_timeout = address.STATEMENT_SECONDS * 1000

    def _connect_to_one(self, dialect: Dialect, _entry: object, _arguments: object, options: dict[str, Any]) -> Any:
        """PyMySQL knows one host only; libpq looks for the right one of several by itself."""
        arguments = {name: value for name, value in options.items() if name not in ("host", "port")}
        return connect_to_writable(dialect.connect, self._address.hosts, arguments, dialect.loaded_dbapi)

    def _connect_to_file(self, dialect: Dialect, _entry: object, arguments: Any, options: dict[str, Any]) -> Any:
        assert self._file is not None
        return self._file.connect(dialect.connect, arguments, options)

    def _prepare_file(self, connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        assert self._file is not None
        self._file.opened(entry.info)
        _prepare_sqlite(connection, entry)

    def _check_file(self, _connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        if self._file is not None and not self._file.is_same(entry.info):
            raise exc.InvalidatePoolError

    def _ping(self, connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        """Instead of the pool's own ping, which would wait for good for a database that was stopped."""
        if entry.info.pop(_FRESH, False):
            return
        dialect = self._engine.dialect
        driver_error = dialect.loaded_dbapi.Error
        try:
            with deadline(self.dialect, connection, address.PING_SECONDS):
                dialect.do_ping(connection)
                if self.dialect == "mysql" and self._address.hosts and not is_writable(connection):
                    raise exc.InvalidatePoolError  # another host takes the changes now
        except (driver_error, OSError) as error:
            # One lost connection means that the others of its time are lost as well
            raise exc.InvalidatePoolError from error


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    deadline_at = time.monotonic() + address.LOCK_SECONDS
    while True:
        try:
            # Answered from the header once the file is in WAL mode. The very first time it needs the file for itself,
            # and SQLite does not wait for that by itself.
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline_at:
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous=FULL")  # a committed change survives a power cut
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
