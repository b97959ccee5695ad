"""SQLAlchemy engines that bound every wait and raise OutgoingFailed for what is not the statement's fault."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, ExceptionContext, create_engine, event, exc, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from zato.config.kinds import OutgoingSql
from zato.connector.sql.arguments import arguments_for
from zato.connector.sql.failure import Failure, connect_failure, statement_failure
from zato.connector.sql.sqlite import file_in, opener
from zato.core.errors import OutgoingFailed
from zato.sql.deadline import deadline

_FRESH = "zato_fresh"
_WRITES = "zato_writes"
# Beyond the limit that the server itself keeps, so that the connection survives a statement that it ends
_GRACE_SECONDS = 5.0

Failed = Callable[[Failure], OutgoingFailed]


def new_engine(
    value: OutgoingSql, password: str | None, failed: Failed, *, sqlite_directory: Path, creates: bool = True
) -> Engine:
    """Connects to nothing. `failed` makes the error of a failure; a file of SQLite may be made where it `creates`.

    What is refused because of the statement or its data (no such table, a violated key) stays SQLAlchemy's.
    Raises ImportError where the driver is not installed, ValueError and ssl.SSLError for authorities that are not,
    InvalidInput where an SQLite URL names no file of the directory.
    """
    url = make_url(value.url)
    if value.username is not None:
        url = url.set(username=value.username, password=password)
    arguments = arguments_for(url, value)
    more: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        path = file_in(sqlite_directory, url.database or "")
        more["creator"] = opener(path, seconds=value.timeout_seconds, creates=creates)
    engine = create_engine(
        url,
        connect_args=arguments.connect,
        **more,
        poolclass=QueuePool,
        pool_size=value.pool_size,
        max_overflow=0,
        pool_timeout=value.timeout_seconds,
        hide_parameters=True,  # they are personal data as a rule, and errors are logged
    )
    weakref.finalize(engine, arguments.close)
    _translate(engine, failed, strict=value.strict_certificates)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin)
    else:
        _limit(engine, value.timeout_seconds)
        _ping_at_checkout(engine, value.timeout_seconds)
    return engine


def _translate(engine: Engine, failed: Failed, *, strict: bool) -> None:
    def handle(context: ExceptionContext) -> None:
        error = context.original_exception
        if context.connection is None:
            raise failed(connect_failure(error, strict=strict))
        failure = statement_failure(error, lost=context.is_disconnect, committing=context.statement is None)
        if failure is not None:
            raise failed(failure)

    event.listen(engine, "handle_error", handle)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")


def writes(connection: Connection) -> Connection:
    """The same, whose transactions may write after they have read.

    In SQLite they have the lock for that from their start on, and wait for it there: it refuses it at once to a
    transaction that has read before another one has written, however long that one would wait.
    """
    return connection.execution_options(**{_WRITES: True}) if connection.dialect.name == "sqlite" else connection


def _limit(engine: Engine, seconds: float) -> None:
    """The server ends statements that take longer; where it has stopped answering, the connection is given up."""
    dialect = engine.dialect

    def prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_FRESH] = True
        if dialect.name == "oracle":
            connection.call_timeout = int(seconds * 1000)
            return
        server = "" if dialect.name == "postgresql" else connection.get_server_info()
        with deadline(_family(dialect), connection, seconds), connection.cursor() as cursor:
            cursor.execute(statement_limit(dialect.name, server, seconds))
            if dialect.name == "postgresql":
                connection.commit()
        if _family(dialect) == "mysql":
            connection._read_timeout = seconds + _GRACE_SECONDS  # until now it was that of connecting

    event.listen(engine, "connect", prepare)
    if dialect.name != "postgresql":
        return  # the others' drivers have limits of their own

    def with_limit(run: Callable[..., None]) -> Callable[..., bool]:
        def execute(cursor: Any, *arguments: Any) -> bool:
            with deadline("postgresql", cursor.connection, seconds + _GRACE_SECONDS):
                run(cursor, *arguments)
            return True

        return execute

    event.listen(engine, "do_execute", with_limit(dialect.do_execute))
    event.listen(engine, "do_executemany", with_limit(dialect.do_executemany))
    event.listen(engine, "do_execute_no_params", with_limit(dialect.do_execute_no_params))


def statement_limit(dialect: str, server: str, seconds: float) -> str:
    """What has a server end statements that take longer; `server` is what one that speaks MySQL says of itself."""
    # 0 is no limit to all of them
    milliseconds = max(1, int(seconds * 1000))
    if dialect == "postgresql":
        return f"SET statement_timeout = {milliseconds}"
    if "MariaDB" in server:
        return f"SET SESSION max_statement_time = {milliseconds / 1000:.3f}"
    return f"SET SESSION max_execution_time = {milliseconds}"


def _ping_at_checkout(engine: Engine, seconds: float) -> None:
    """Instead of the pool's own ping, which would wait for good for a database that was stopped."""
    driver_error = engine.dialect.loaded_dbapi.Error

    def ping(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        if entry.info.pop(_FRESH, False):
            return
        try:
            with deadline(_family(engine.dialect), connection, min(seconds, _GRACE_SECONDS)):
                engine.dialect.do_ping(connection)
        except (driver_error, OSError) as error:
            raise exc.InvalidatePoolError from error  # those that were opened with it are lost as well

    event.listen(engine, "checkout", ping)


def _family(dialect: Dialect) -> str:
    return "mysql" if dialect.name == "mariadb" else dialect.name


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Within it, waiting for the end of a transaction takes no longer than a statement may."""
    if connection.closed or connection.invalidated:
        yield
        return
    with deadline(_family(connection.dialect), connection.connection.dbapi_connection, seconds + _GRACE_SECONDS):
        yield


def rolled_back(connection: Connection, seconds: float) -> None:
    """Roll back. A connection for which that fails is given up: its database rolls back by itself."""
    try:
        with limited(connection, seconds):
            connection.rollback()
    except (exc.SQLAlchemyError, OutgoingFailed):
        connection.invalidate()
