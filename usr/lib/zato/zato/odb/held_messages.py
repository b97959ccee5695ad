"""Messages that are held: an operator looks at them, and may take out what was processed elsewhere by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from zato.core.errors import Conflict
from zato.core.origin import Asker
from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.claimed_table import ClaimedTable, RowState
from zato.odb.cluster import Cluster
from zato.odb.columns import octets
from zato.odb.database import Database

_message = tables.message.c
_state = tables.state.c


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """`begun` says that it was given to a service before, which may have processed it."""

    id: str
    service: str
    cid: str
    sent: datetime
    principal: str
    origin: Asker
    origin_name: str
    begun: bool
    payload_bytes: int


class HeldMessages:
    """Those that the ODB keeps, as long as they are held."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)
        self._table = ClaimedTable(tables.message, self._cluster)

    def list(self, limit: int) -> list[HeldMessage]:
        """The oldest first."""
        columns = (_message.message_id, _message.service, _message.cid, _message.sent, _message.principal)
        others = (_message.origin, _message.origin_name, _message.begun, octets(_message.payload).label("size"))
        query = (
            select(*columns, *others)
            .where(*self._table.in_state(RowState.WAITING))
            .order_by(_message.sent, _message.message_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            HeldMessage(
                row.message_id,
                row.service,
                row.cid,
                row.sent,
                row.principal,
                Asker.written(row.origin),
                row.origin_name or "",
                bool(row.begun),
                int(row.size or 0),
            )
            for row in rows
        ]

    def discard(self, ids: Sequence[str] | None, entry: AuditEntry) -> int:
        """Delete them, all without ids, and says how many. Raises Conflict where they are not held any more."""
        cluster_id = self._cluster.id
        waiting = self._table.in_state(RowState.WAITING)
        parts = [waiting] if ids is None else self._table.among([(each,) for each in ids])
        with self._database.write() as connection:
            # Whoever releases them waits for this lock, or has had it before
            connection.execute(select(tables.cluster.c.id).where(tables.cluster.c.id == cluster_id).with_for_update())
            since = connection.scalar(select(_state.held_since).where(_state.cluster_id == cluster_id))
            if since is None:
                raise Conflict("Nothing is held, so messages are on their way; hold them first.", code="not-held")
            count = 0
            for part in parts:
                count += connection.execute(delete(tables.message).where(*waiting, *part)).rowcount
            if count:
                insert_entries(connection, cluster_id, [entry])
        return count
