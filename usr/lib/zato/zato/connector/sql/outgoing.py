"""A pooled connection to one SQL database of another system."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zato.config.kinds import OutgoingSql
from zato.config.kinds.sql_address import sql_parameter_errors
from zato.connector.connection import PingResult
from zato.connector.outcome import Observe, Observed, Stage, unobserved
from zato.core.errors import InvalidInput, OutgoingFailed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from zato.connector.sql.failure import Failure
    from zato.connector.sql.session import TransactionSession


class SqlConnection:
    """A database. Connects when it is first used; may be used by many threads at once, up to its pool's size.

    OutgoingFailed says at which stage a call has failed because of the way to the database, its limits on time or its
    locks. A statement that the database refuses raises what SQLAlchemy raises for it, IntegrityError for instance.
    """

    def __init__(
        self,
        name: str,
        value: OutgoingSql,
        *,
        password: str | None = None,
        sqlite_directory: Path,
        observe: Observe = unobserved,
    ) -> None:
        """`value` as it is stored; its password opened beside it. SQLite's files are in `sqlite_directory`.

        `observe` is told of each statement and each session of a service's.
        """
        self.name = name
        self._observe = observe
        self._value = value
        self._password = password
        self._sqlite_directory = sqlite_directory
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._retired = False

    @property
    def conn(self) -> SqlConnection:
        """Itself: services write self.out.sql['Stock'].conn.execute(...)."""
        return self

    def session(self) -> TransactionSession:
        """A connected SQLAlchemy session. As a context manager it commits at its end and rolls back on an exception."""
        from zato.connector.sql.engine import writes
        from zato.connector.sql.outcome import outcome_of_sql
        from zato.connector.sql.session import TransactionSession

        call = Observed(self._observe, "sql", self.name)
        try:
            connection = writes(self._connect())
        except BaseException as error:
            call.outcome = outcome_of_sql(error)
            call.end()
            raise
        return TransactionSession(connection, self._value.timeout_seconds, self._release, call)

    def execute(
        self, sql: str, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> list[dict[str, Any]]:
        """Run one statement in a transaction of its own, once for each set of parameters; they are written `:name`.

        Returns its rows as dicts by the columns' names; none for a statement that has no rows.
        """
        from sqlalchemy import text

        from zato.connector.sql.engine import limited, rolled_back
        from zato.connector.sql.outcome import outcome_of_sql

        call = Observed(self._observe, "sql", self.name)
        connection = None
        try:
            connection = self._connect()
            result = connection.execute(text(sql), params or {})
            rows = [dict(row) for row in result.mappings()] if result.returns_rows else []
            with limited(connection, self._value.timeout_seconds):
                connection.commit()
            call.outcome = "ok"
            return rows
        except BaseException as error:
            call.outcome = outcome_of_sql(error)
            if connection is not None:
                rolled_back(connection, self._value.timeout_seconds)
            raise
        finally:
            call.end()
            if connection is not None:
                self._release(connection)

    def ping(self, cid: str) -> PingResult:
        """Resolve the host's name, connect anew, authenticate and ask for one row. Makes no file."""
        from zato.connector.sql.ping import ping

        return ping(str(self), lambda: self._new_engine(creates=False), self._resolve)

    def retire(self) -> None:
        """Close idle connections now, each other one when its session ends; later sessions keep none open."""
        with self._lock:
            self._retired = True
            if self._engine is not None:
                self._engine.dispose()

    def __str__(self) -> str:
        return f"The outgoing SQL connection {self.name!r} ({self._value.url.partition('?')[0]})"

    def _connect(self) -> Connection:
        from sqlalchemy.exc import TimeoutError as PoolTimeoutError

        try:
            return self._current_engine().connect()
        except PoolTimeoutError as error:
            raise OutgoingFailed(
                f"{self} has had all of its {self._value.pool_size} connections in use for "
                f"{self._value.timeout_seconds:g} s.",
                stage=Stage.POOL,
                retriable=True,
                code="outgoing-busy",
            ) from error

    def _release(self, connection: Connection) -> None:
        if self._retired and not connection.closed and not connection.invalidated:
            connection.detach()  # closed for good, instead of going back to the pool
        connection.close()

    def _current_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = self._new_engine()
            return self._engine

    def _new_engine(self, *, creates: bool = True) -> Engine:
        from zato.connector.sql.engine import new_engine

        # Again, for what was stored before these rules
        if errors := sql_parameter_errors("url", self._value.url):
            raise OutgoingFailed(f"{self} is not used: {errors[0]}.", stage=Stage.REQUEST, code="outgoing-url")
        try:
            return new_engine(
                self._value,
                self._password,
                self._failed,
                sqlite_directory=self._sqlite_directory,
                creates=creates,
            )
        except InvalidInput as error:
            raise OutgoingFailed(
                f"{self} is not used: {error.message}.", stage=Stage.REQUEST, code="outgoing-url"
            ) from error
        except ImportError as error:
            raise OutgoingFailed(
                f"{self} needs a database driver that is not installed: {error}.",
                stage=Stage.REQUEST,
                code="outgoing-driver-missing",
            ) from error
        except (ssl.SSLError, ValueError) as error:
            raise OutgoingFailed(
                f"{self} cannot use its certificates: {error}.", stage=Stage.TLS, code="outgoing-certificate"
            ) from error

    def _failed(self, failure: Failure) -> OutgoingFailed:
        return OutgoingFailed(
            f"{self} failed at the stage '{failure.stage}': {failure.reason}.",
            stage=failure.stage,
            retriable=failure.retriable,
            code="outgoing-timeout" if failure.timed_out else None,
        )

    def _resolve(self, engine: Engine) -> None:
        from zato.connector.sql.failure import connect_failure

        host = engine.url.host
        if not host or host.startswith("/"):
            return
        try:
            socket.getaddrinfo(host, engine.url.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise self._failed(connect_failure(error, strict=self._value.strict_certificates)) from error
