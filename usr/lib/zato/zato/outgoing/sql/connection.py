"""A pooled connection to one SQL database of others."""

from __future__ import annotations

import ssl
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from zato.config.kinds import OutgoingSql
from zato.core.errors import OutgoingFailed
from zato.outgoing.ping import PingResult

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL
    from sqlalchemy.orm import Session


class SqlConnection:
    """`session()` for work in a transaction, `execute()` for a single statement. Connects when it is first used."""

    def __init__(self, name: str, value: OutgoingSql, *, password: str | None) -> None:
        self.name = name
        self._value = value
        self._password = password
        self._lock = threading.Lock()
        self._known: Engine | None = None

    @property
    def conn(self) -> SqlConnection:
        """Itself, for symmetry with the other protocols."""
        return self

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A SQLAlchemy session whose transaction is committed at the end of the block, rolled back if it raises.

        Raises OutgoingFailed where the database cannot be reached or no connection gets free in time.
        """
        from sqlalchemy.exc import InterfaceError, OperationalError
        from sqlalchemy.exc import TimeoutError as PoolTimeoutError
        from sqlalchemy.orm import Session

        try:
            with Session(self._engine()) as session, session.begin():
                yield session
        except PoolTimeoutError as error:
            raise OutgoingFailed(
                f"All {self._value.pool_size} connections of the outgoing SQL connection {self.name!r} are busy.",
                stage="connect",
                retriable=True,
            ) from error
        except (OperationalError, InterfaceError) as error:
            raise OutgoingFailed(
                f"The outgoing SQL connection {self.name!r} failed: {_plain(error)}.", stage="query", retriable=True
            ) from error

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one statement in a transaction of its own; rows as dicts, none for a statement without."""
        from sqlalchemy import text

        with self.session() as session:
            result: Any = session.execute(text(sql), dict(params or {}))
            return [dict(row) for row in result.mappings()] if result.returns_rows else []

    def ping(self, cid: str) -> PingResult:
        """Connect and ask for one row; says whether connecting or asking failed."""
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        started = time.perf_counter()
        stage = "connect"
        try:
            with self._engine().connect() as connection:
                stage = "query"
                connection.execute(select(1))
        except SQLAlchemyError as error:
            taken = (time.perf_counter() - started) * 1000
            text = _plain(error)
            lowered = text.lower()
            if stage == "connect":
                stage = next((found for sign, found in _SIGNS if sign in lowered), stage)
            return PingResult(False, stage, f"The outgoing SQL connection {self.name!r} failed: {text}.", taken)
        return PingResult(True, "done", "The database answered.", (time.perf_counter() - started) * 1000)

    def _engine(self) -> Engine:
        with self._lock:
            if self._known is None:
                self._known = _engine(self._value, self._password)
            return self._known


# What drivers say, by the stage that it means; they have no common error codes.
_SIGNS = (
    ("password", "authentication"),
    ("access denied", "authentication"),
    ("authentication", "authentication"),
    ("could not translate host name", "name"),
    ("name or service not known", "name"),
    ("getaddrinfo", "name"),
    ("certificate", "tls"),
    ("ssl", "tls"),
)


def _engine(value: OutgoingSql, password: str | None) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url

    url = make_url(value.url)
    if value.username is not None:
        url = url.set(username=value.username, password=password)
    options: dict[str, Any] = {"connect_args": _connect_args(url, value)}
    if url.get_backend_name() != "sqlite":
        options |= {
            "pool_pre_ping": True,
            "pool_size": value.pool_size,
            "max_overflow": 0,
            "pool_timeout": value.timeout_seconds,
        }
    return create_engine(url, **options)


def _connect_args(url: URL, value: OutgoingSql) -> dict[str, Any]:
    seconds = max(1, round(value.timeout_seconds))
    match url.get_backend_name():
        case "postgresql":
            arguments: dict[str, Any] = {"connect_timeout": seconds}
            if value.ca_certificate is not None:
                arguments |= {"sslmode": "verify-full", "sslrootcert": _file(value.ca_certificate)}
            return arguments
        case "mysql" | "mariadb":
            arguments = {"connect_timeout": seconds, "read_timeout": seconds, "charset": "utf8mb4"}
            if value.ca_certificate is not None:
                arguments["ssl"] = ssl.create_default_context(cadata=value.ca_certificate)
            return arguments
        case "sqlite":
            return {"timeout": value.timeout_seconds}
        case _:
            return {}


def _file(text: str) -> str:
    # libpq reads its CA from a file, for each connection that is opened, so it stays as long as the process.
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False, encoding="utf-8") as file:
        file.write(text)
    return file.name


def _plain(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error)
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else type(error).__name__
