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
class Origin:
    """From where somebody acts: the client's address, and by what means it is known who that is, such as `basic`."""

    address: str | None = None
    through: str | None = None


UNKNOWN = Origin()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. `subject` is what it was done to ("channel-rest:Countries"), `outcome` "ok" or an error's code.

    `revision` is that of the change of configuration it made, if it made one. `id` is given by the database; it
    ascends. `origin` is empty for a process of Zato's.
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
    origin: Origin = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichEntries:
    """Entries that are asked for; None asks for any. A `subject` that ends with an asterisk asks for its beginning.

    `before` is an id, and not among them.
    """

    principal: str | None = None
    action: str | None = None
    subject: str | None = None
    outcome: str | None = None
    cid: str | None = None
    address: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


ANY = WhichEntries()


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
            "address": entry.origin.address,
            "through": entry.origin.through,
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

    def entries(self, which: WhichEntries = ANY, limit: int = 100) -> list[AuditEntry]:
        """The entries that are asked for, newest first, at most `limit` of them."""
        column = tables.audit.c
        query = select(tables.audit).where(column.cluster_id == self._cluster.id)
        for name in ("principal", "action", "outcome", "cid", "address"):
            if (wanted := getattr(which, name)) is not None:
                query = query.where(column[name] == wanted)
        if which.subject is not None and which.subject.endswith("*"):
            query = query.where(column.subject.startswith(which.subject[:-1], autoescape=True))
        elif which.subject is not None:
            query = query.where(column.subject == which.subject)
        if which.since is not None:
            query = query.where(column.happened >= which.since)
        if which.until is not None:
            query = query.where(column.happened < which.until)
        if which.before is not None:
            query = query.where(column.id < which.before)
        query = query.order_by(column.id.desc()).limit(limit)
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
                    origin=Origin(row.address, row.through),
                )
                for row in connection.execute(query)
            ]
