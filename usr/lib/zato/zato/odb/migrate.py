"""Preparing an ODB and bringing an older one up to date, with Alembic.

Alembic is imported here only, and where there is something to migrate only: each start of a server looks whether there
is, and waits for what it imports. An ODB that a later release has brought up to
date is as good as one of this release's own: migrations only add to it.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, exc, insert, inspect, select

from zato.core.errors import SetupError
from zato.odb import tables
from zato.odb.database import Database
from zato.odb.failures import lost
from zato.odb.migration_lock import migration_lock

if TYPE_CHECKING:
    from alembic.config import Config

_VERSION_TABLE = "zt_version"
_MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's own table, which it makes by itself
_version = Table(_VERSION_TABLE, MetaData(), Column("version_num", String(32)))
_name = select(tables.cluster.c.name).order_by(tables.cluster.c.id).limit(1)


def init(database: Database, cluster_name: str) -> None:
    """Make the tables and the cluster where they are missing: with the cluster, or where an operator asks for it.

    May be repeated, also by several processes at once. Raises SetupError(odb-other-cluster) where the ODB keeps a
    cluster of another name.
    """
    make_file(database)
    with _exclusive(database) as connection:
        _upgrade(connection)
        kept = connection.scalar(_name)
        if kept is None:
            row = {"name": cluster_name, "revision": 0, "created": datetime.now(UTC)}
            connection.execute(insert(tables.cluster).values(row))
        else:
            _check_name(database, kept, cluster_name)


def upgrade(database: Database) -> None:
    """Bring the tables to this release's version. One of several processes does it, the others wait."""
    with _exclusive(database) as connection:
        _upgrade(connection)


def upgrade_existing(database: Database, cluster_name: str) -> None:
    """As `upgrade`, of the ODB that a cluster has had all along. Raises as `require_own`; it is left alone then."""
    require_own(database, cluster_name)
    # Whoever closes a file gives up every lock that the process has on it (fcntl(2)), those of SQLite's connections too
    database.dispose()
    _open_file(database, 0)
    upgrade(database)


def require_own(database: Database, cluster_name: str) -> None:
    """Raises Unavailable(odb-not-initialised) where the cluster's ODB has lost all that it had.

    And SetupError(odb-other-cluster) where it keeps a cluster of another name.
    """
    if current_version(database) is None:
        raise lost(database.label, database.dialect)
    with database.read() as connection:
        kept = connection.scalar(_name)
    if kept is None:
        raise lost(database.label, database.dialect)
    _check_name(database, kept, cluster_name)


def _check_name(database: Database, kept: str, cluster_name: str) -> None:
    if kept != cluster_name:
        raise SetupError(
            f"The ODB at {database.label} keeps the cluster {kept!r} already; {cluster_name!r} needs its own. Put that "
            "one back, or have zato.toml name it.",
            code="odb-other-cluster",
        )


def current_version(database: Database) -> str | None:
    """The version that the ODB is at; None for an empty one, and for a file that is not there, which stays so."""
    if database.file is not None and not Path(database.file).exists():
        return None
    with database.read() as connection:
        return _version_in(connection)


def head_version() -> str:
    """The version that this release needs."""
    head = max(_known_versions(), default=None)
    if head is None:
        raise SetupError("This installation has lost its migrations; install Zato again.")
    return head


def require_current(database: Database) -> None:
    """Raises SetupError where the ODB is not at this release's version or a later one, Unavailable where it is lost."""
    current = current_version(database)
    if current is None:
        raise lost(database.label, database.dialect)
    if current != head_version() and not _is_later(current):
        raise SetupError(
            f"The ODB at {database.label} is at version {current} and this release needs {head_version()}; run "
            "`zato odb upgrade` with the newest release that is installed anywhere in the cluster.",
            code="odb-version",
        )


def upgrade_as_sql(dialect: str) -> str:
    """The statements that lead from nothing to this release's version, for a database that only its own staff change.

    `dialect` is sqlite, postgresql, mysql or oracle.
    """
    from alembic import command

    output = io.StringIO()
    config = _config(output)
    config.attributes["dialect"] = dialect
    command.upgrade(config, "head", sql=True)
    return output.getvalue()


def _known_versions() -> set[str]:
    """Those that this release's migrations lead to: each has its number in its file's name."""
    return {path.name[1:5] for path in (_MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py")}


def _version_in(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def _config(output: io.StringIO | None = None) -> Config:
    from alembic.config import Config

    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    current = _version_in(connection)
    if current is not None and (current == head_version() or _is_later(current)):
        return
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except Exception as error:  # a migration is any code
        if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
            raise  # the ODB has gone, which is nothing that a release is to blame for
        raise SetupError(
            f"The migration from version {current or 'none'} to {head_version()} failed: {error!r}",
            code="odb-migration-failed",
        ) from error


def _is_later(version: str) -> bool:
    """Whether a later release made it; versions are numbers of four digits."""
    return version not in _known_versions() and version > head_version()


@contextmanager
def _exclusive(database: Database) -> Iterator[Connection]:
    with database.maintenance() as connection, migration_lock(database, connection), connection.begin():
        yield connection


def make_file(database: Database) -> None:
    """The file of an SQLite ODB is there, and closed to everybody.

    SQLite would make it readable for them; what it adds beside the file takes over the mode.
    """
    _open_file(database, os.O_CREAT)


def _open_file(database: Database, flags: int) -> None:
    if database.file is None:
        return
    try:
        descriptor = os.open(database.file, os.O_RDWR | flags, 0o600)
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            if mode & 0o007:  # a group may be meant to share it, everybody never is
                os.fchmod(descriptor, mode & ~0o007)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SetupError(
            f"The file of the ODB, {database.file}, cannot be made, or written: {error.strerror}. Make it, or its "
            "directory, writable.",
            code="odb-file",
        ) from error
