"""An ODB that has come out of a backup, before anybody uses it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import MetaData, delete, inspect, select

from zato.odb import state, tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_OURS = "zt_"
_cluster = tables.cluster.c


def what_is_there(database: Database) -> str | None:
    """The name of the cluster that a database has tables of; empty where these keep none, None without tables."""
    with database.read() as connection:
        if not any(name.startswith(_OURS) for name in inspect(connection).get_table_names()):
            return None
        if not inspect(connection).has_table(tables.cluster.name):
            return ""
        return connection.scalar(select(_cluster.name).order_by(_cluster.id).limit(1)) or ""


def remove_tables(database: Database) -> None:
    """Everything of Zato's is gone from a database on a server."""
    with database.maintenance() as connection, connection.begin():
        metadata = MetaData()
        metadata.reflect(connection, only=lambda name, _: name.startswith(_OURS))
        metadata.drop_all(connection)


def mark(database: Database, at: datetime, *, principal: str, cid: str, reason: str) -> None:
    """It is another history from now on, and what it would send to others by itself is held.

    Nothing of those who used it is left that says who is alive, nor sessions or tokens that may have ended since.
    Raises SetupError where it keeps no cluster.
    """
    cluster_id = Cluster(database).id
    for table in reversed(tables.metadata.sorted_tables):
        if table.info.get(tables.TRANSIENT) or table is tables.first_token:
            with database.write() as connection:
                connection.execute(delete(table))
    with database.write() as connection:
        state.put(
            connection, cluster_id, {"incarnation": secrets.token_hex(16), "held_since": at, "held_reason": reason}
        )
        insert_entries(
            connection, cluster_id, [AuditEntry(at, principal, cid, "restore", "cluster", "ok", None, reason)]
        )
