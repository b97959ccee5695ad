"""What holds for the whole ODB: which history it has, since when it is whole, and whether what goes out is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_state = tables.state.c


@dataclass(frozen=True, slots=True)
class Held:
    """Since when, and why."""

    since: datetime
    reason: str


class State:
    """Of the cluster. What it sends by itself, while nobody waits for it, can be held; requests are answered.

    Each change of that is in the audit log.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def held(self) -> Held | None:
        """None where nothing is held."""
        query = select(_state.held_since, _state.held_reason).where(_state.cluster_id == self._cluster.id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None or row.held_since is None else Held(row.held_since, row.held_reason or "")

    def hold(self, reason: str, entry: AuditEntry) -> bool:
        """Hold everything from `entry.at` on; False where it was held already, and stays so for the reason it had."""
        return self._change({"held_since": entry.at, "held_reason": reason}, entry, held=False)

    def release(self, entry: AuditEntry) -> bool:
        """Let it go; False where nothing was held."""
        return self._change({"held_since": None, "held_reason": None}, entry, held=True)

    def _change(self, values: dict[str, Any], entry: AuditEntry, *, held: bool) -> bool:
        """Where it is held, or is not, as expected."""
        cluster_id = self._cluster.id
        with self._database.write() as connection:
            # Its row is the lock, as for every change
            connection.execute(select(tables.cluster.c.id).where(tables.cluster.c.id == cluster_id).with_for_update())
            since = connection.scalar(select(_state.held_since).where(_state.cluster_id == cluster_id))
            if (since is not None) is not held:
                return False
            put(connection, cluster_id, values)
            insert_entries(connection, cluster_id, [entry])
        return True


def put(connection: Connection, cluster_id: int, values: dict[str, Any]) -> None:
    """Writes these values; the caller has the lock on the cluster's row."""
    changed = connection.execute(update(tables.state).where(_state.cluster_id == cluster_id).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(tables.state).values(cluster_id=cluster_id, **values))
