"""Who did what, when, with which outcome; written in the transaction of the change itself where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from zato.odb.database import Database
from zato.odb.log import CLUSTER_ID
from zato.odb.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. `subject` names the thing, `outcome` is "done", "refused" or "failed"."""

    at: datetime
    principal: str
    cid: str
    action: str
    subject: str
    outcome: str
    revision: int | None = None
    detail: str | None = None


class AuditLog:
    """The audit log of one cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: Connection | None, entry: AuditEntry) -> None:
        """Add an entry, in the transaction of `connection` or in one of its own."""
        if connection is None:
            with self._database.write() as own:
                self.add(own, entry)
            return
        connection.execute(
            insert(audit).values(
                cluster_id=CLUSTER_ID,
                happened_at=entry.at,
                principal=entry.principal,
                cid=entry.cid,
                action=entry.action,
                subject=entry.subject[:400],
                outcome=entry.outcome,
                revision=entry.revision,
                detail=entry.detail[:1000] if entry.detail else None,
            )
        )

    def recent(self, limit: int = 100, before: datetime | None = None) -> list[AuditEntry]:
        """The newest entries first, those before a moment where one is given."""
        query = select(
            audit.c.happened_at,
            audit.c.principal,
            audit.c.cid,
            audit.c.action,
            audit.c.subject,
            audit.c.outcome,
            audit.c.revision,
            audit.c.detail,
        ).where(audit.c.cluster_id == CLUSTER_ID)
        if before is not None:
            query = query.where(audit.c.happened_at < before)
        with self._database.read() as connection:
            return [AuditEntry(*row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(limit))]
