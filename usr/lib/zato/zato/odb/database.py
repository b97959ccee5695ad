"""Connections to the ODB, with its failures in our own words."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from zato.core.errors import Conflict, SetupError, Unavailable

_CONNECT_SECONDS = 3
_BUSY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class DatabaseTls:
    """How to verify the database: its CA, and, where it asks for one, our own certificate and key (PEM files)."""

    ca_certificate: Path
    certificate: Path | None = None
    key: Path | None = None


class Database:
    """An engine for one ODB. Constructing it connects to nothing, so it may be done before a fork."""

    def __init__(self, url: str, *, tls: DatabaseTls | None = None, pool_size: int = 5) -> None:
        try:
            self.url: URL = make_url(url)
        except ArgumentError as error:
            raise SetupError(
                f"The ODB's URL cannot be read: {error}. It looks like postgresql+psycopg2://user:password@host/name.",
                code="invalid-odb-url",
            ) from error
        self.dialect: str = self.url.get_backend_name()
        options: dict[str, Any] = {"connect_args": _connect_args(self.url, tls)}
        if self.dialect != "sqlite":
            options |= {"pool_pre_ping": True, "pool_size": pool_size, "max_overflow": 5, "pool_timeout": 5}
        if self.dialect in ("mysql", "mariadb"):
            options["isolation_level"] = "READ COMMITTED"
        self.engine: Engine = create_engine(self.url, **options)
        if self.dialect == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with, inside one transaction. Raises Unavailable(odb-unavailable)."""
        with self._errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises. Raises Unavailable or Conflict."""
        with (
            self._errors(),
            self.engine.connect().execution_options(zato_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise Conflict(f"Another change came first: {error.orig}.") from error
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise Unavailable(
                f"The ODB at {self.url.render_as_string(hide_password=True)} cannot be used now; is it running?",
                code="odb-unavailable",
            ) from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable(
                    f"The connection to the ODB at {self.url.render_as_string(hide_password=True)} was lost.",
                    code="odb-unavailable",
                ) from error
            raise


def _connect_args(url: URL, tls: DatabaseTls | None) -> dict[str, Any]:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return {"timeout": _BUSY_SECONDS, "check_same_thread": False}
    if backend == "postgresql":
        arguments: dict[str, Any] = {
            "connect_timeout": _CONNECT_SECONDS,
            "options": "-c statement_timeout=15000 -c lock_timeout=10000",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        }
        if tls is not None:
            arguments |= {"sslmode": "verify-full", "sslrootcert": str(tls.ca_certificate)}
            if tls.certificate is not None:
                arguments |= {"sslcert": str(tls.certificate), "sslkey": str(tls.key)}
        return arguments
    if backend in ("mysql", "mariadb"):
        arguments = {"connect_timeout": _CONNECT_SECONDS, "read_timeout": 15, "write_timeout": 15, "charset": "utf8mb4"}
        if tls is not None:
            context = ssl.create_default_context(cafile=str(tls.ca_certificate))
            if tls.certificate is not None:
                context.load_cert_chain(tls.certificate, tls.key)
            arguments["ssl"] = context
        return arguments
    return {}


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # pysqlite's own transaction control is off: _begin_sqlite says when one begins and of which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: upgrading a reader's lock later fails without waiting.
    write = connection.get_execution_options().get("zato_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
