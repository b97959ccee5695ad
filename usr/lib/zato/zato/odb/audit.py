"""Who did what, when, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from zato.odb import tables
from zato.odb.cluster import Cluster
from zato.odb.database import Database


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. `subject` is what it was done to ("channel-rest:Countries"), `outcome` "ok" or an error's code.

    `revision` is that of the change of configuration it made, if it made one. `id` is given by the database; it
    ascends.
    """

    at: datetime
    principal: str
    cid: str
    action: str
    subject: str
    outcome: str
    revision: int | None = None
    detail: str | None = None
    id: int | None = None


def insert_entries(connection: Connection, cluster_id: int, entries: Iterable[AuditEntry]) -> None:
    """Write the entries in the caller's transaction."""
    rows: Sequence[dict[str, Any]] = [
        {
            "cluster_id": cluster_id,
            "happened": entry.at,
            "principal": entry.principal,
            "cid": entry.cid,
            "action": entry.action,
            "subject": entry.subject,
            "outcome": entry.outcome,
            "revision": entry.revision,
            "detail": entry.detail,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(tables.audit), rows)


class AuditLog:
    """The audit log: entries are added and read, never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def add(self, connection: Connection | None, entry: AuditEntry) -> None:
        """Write one entry, in the transaction of `connection` or, without one, in one of its own."""
        cluster_id = self._cluster.id
        if connection is not None:
            insert_entries(connection, cluster_id, [entry])
            return
        with self._database.write() as own:
            insert_entries(own, cluster_id, [entry])

    def recent(self, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
        """The newest entries first; `before` is the id of the last one of the page before."""
        table = tables.audit
        query = select(table).where(table.c.cluster_id == self._cluster.id).order_by(table.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(table.c.id < before)
        with self._database.read() as connection:
            return [
                AuditEntry(
                    at=row.happened,
                    principal=row.principal,
                    cid=row.cid,
                    action=row.action,
                    subject=row.subject,
                    outcome=row.outcome,
                    revision=row.revision,
                    detail=row.detail,
                    id=row.id,
                )
                for row in connection.execute(query)
            ]
