"""MariaDB shows nobody what another transaction sees. So two of them begin while nobody changes anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, exc

from zato.core.errors import SetupError, ZatoError
from zato.odb.dumps.facts import Facts, Moment, facts_of

_LOCK_SECONDS = 30
_BEGIN_SECONDS = 20.0
_POLL_SECONDS = 0.02
# By then the dump's transaction has begun: it comes before the first table
_BEGUN = b"CREATE TABLE"
_BEGINNING_BYTES = 64 * 1024
_DENIED = "(1044,"


def facts_of_dump(
    locking: Connection, reading: Connection, tables: Sequence[str], file: Path, dump: Callable[[], None]
) -> Facts:
    """What `dump`, a mariadb-dump of one transaction into `file`, has in it; it has ended then.

    Changes wait from before it starts until its transaction has begun, a fraction of a second as a rule. Raises
    SetupError where the ODB's user may not lock tables, ZatoError where the dump fails, or does not begin.
    """
    with ThreadPoolExecutor(1) as thread:
        with _unchanged(locking, tables):
            reading.execution_options(isolation_level="REPEATABLE READ")
            reading.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            dumping = thread.submit(dump)
            begun = _begins(file, dumping)
        if begun:
            facts = facts_of(Moment(reading))
            reading.rollback()
        dumping.result()
    if not begun:
        raise ZatoError(
            f"mariadb-dump did not begin within {_BEGIN_SECONDS:.0f} s, for which all changes waited. See what the "
            "database is busy with (SHOW PROCESSLIST), and repeat this.",
            code="database-tool-failed",
        )
    return facts


@contextmanager
def _unchanged(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """While this is entered, nobody changes these tables."""
    connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {_LOCK_SECONDS}")
    try:
        connection.exec_driver_sql("LOCK TABLES " + ", ".join(f"{name} READ" for name in tables))
    except exc.DBAPIError as error:
        if _DENIED not in str(error.orig):
            raise
        raise SetupError(
            "All tables stand still for the moment in which a backup begins, and the ODB's user may not lock them. The "
            "database's administrator allows it: GRANT LOCK TABLES ON the ODB's database TO that user.",
            code="odb-lock-denied",
        ) from error
    try:
        yield
    finally:
        connection.exec_driver_sql("UNLOCK TABLES")


def _begins(file: Path, dumping: Future[None]) -> bool:
    deadline = time.monotonic() + _BEGIN_SECONDS
    while not dumping.done():
        if _has_begun(file):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _has_begun(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return _BEGUN in opened.read(_BEGINNING_BYTES)
    except FileNotFoundError:
        return False
