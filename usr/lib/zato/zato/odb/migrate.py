"""Preparing an ODB and bringing an older one up to date, with Alembic.

Alembic is imported here only, since nothing but the preparation needs it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from zato.core.errors import SetupError
from zato.odb.database import Database
from zato.odb.log import CLUSTER_ID
from zato.odb.tables import cluster

_LOCK_ID = 7_261_014  # any number, the same for all who migrate


def init(database: Database, cluster_name: str) -> None:
    """Make the tables and the cluster's row where they are missing. May be repeated, also by two processes at once."""
    upgrade(database)
    with database.write() as connection:
        _lock(connection)
        if connection.execute(select(cluster.c.id).where(cluster.c.id == CLUSTER_ID)).first() is None:
            connection.execute(cluster.insert().values(id=CLUSTER_ID, name=cluster_name, revision=0))


def upgrade(database: Database) -> None:
    """Bring the tables to this release's version. One of several processes does it, the others wait."""
    with database.write() as connection:
        _lock(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_version(database: Database) -> str | None:
    """The version that the ODB is at; None for an empty one."""
    with database.read() as connection:
        if not inspect(connection).has_table("zt_version"):
            return None
        return MigrationContext.configure(connection, opts={"version_table": "zt_version"}).get_current_revision()


def head_version() -> str:
    """The version that this release needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def require_current(database: Database) -> None:
    """Raises SetupError where the ODB is not at this release's version."""
    current = current_version(database)
    if current is None:
        raise SetupError("The ODB is empty; prepare it with: zato odb init", code="odb-not-initialised")
    if current != head_version():
        raise SetupError(
            f"The ODB is at version {current}, this release needs {head_version()}; run: zato odb upgrade",
            code="odb-version",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _lock(connection: Connection) -> None:
    # SQLite's write transaction is a lock by itself; Oracle's DDL commits, so a lock would not last there.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_ID})")
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql(f"SELECT GET_LOCK('zato-{_LOCK_ID}', 60)")
