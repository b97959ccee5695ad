"""People's sessions: what a token stands for until it expires, is not used for too long, or is ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, delete, insert, select, update

from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database

KIND = "security-basic"
"""The kind of the security definitions that sessions are opened with."""
EACH_MAX = 50
"""Sessions that one principal may have; the one that was not used for longest gives way to another one."""

_session = tables.session.c
_item = tables.item.c


@dataclass(frozen=True, slots=True)
class Session:
    """`revision` is the one that the principal's security definition had when it was opened."""

    id: str
    principal: str
    revision: int
    roles: tuple[str, ...]
    created: datetime
    expires: datetime
    idle: timedelta
    used: datetime
    client: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A session, the hash of its secret, and the revision of the definition now: None where it is gone."""

    session: Session
    digest: str
    revision_now: int | None


class Sessions:
    """The table of sessions. Whether one lets somebody in is decided by zato.security.sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def open(self, session: Session, digest: str, entry: AuditEntry) -> None:
        """Keeps it, and says so in the audit log. Those that have expired are forgotten."""
        cluster_id = self._cluster.id
        row = {
            "cluster_id": cluster_id,
            "session_id": session.id,
            "digest": digest,
            "principal": session.principal,
            "revision": session.revision,
            "roles": json.dumps(session.roles),
            "created": session.created,
            "expires": session.expires,
            "idle_seconds": int(session.idle.total_seconds()),
            "used": session.used,
            "client": session.client,
            "address": session.address,
        }
        mine = and_(_session.cluster_id == cluster_id, _session.principal == session.principal)
        with self._database.write() as connection:
            expired = and_(_session.cluster_id == cluster_id, _session.expires <= session.created)
            connection.execute(delete(tables.session).where(expired))
            kept = select(_session.session_id).where(mine).order_by(_session.used.desc(), _session.session_id)
            for old in connection.scalars(kept).all()[EACH_MAX - 1 :]:
                connection.execute(delete(tables.session).where(mine, _session.session_id == old))
            connection.execute(insert(tables.session).values(row))
            insert_entries(connection, cluster_id, [entry])

    def find(self, session_id: str) -> Found | None:
        """The session of this id, expired or not."""
        definition = and_(_item.cluster_id == _session.cluster_id, _item.kind == KIND, _item.name == _session.principal)
        query = (
            select(tables.session, _item.revision.label("revision_now"))
            .select_from(tables.session.outerjoin(tables.item, definition))
            .where(_session.cluster_id == self._cluster.id, _session.session_id == session_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Found(_from_row(row), row.digest, row.revision_now)

    def used(self, session_id: str, at: datetime) -> None:
        """Notes that it was used then."""
        same = and_(_session.cluster_id == self._cluster.id, _session.session_id == session_id, _session.used < at)
        with self._database.write() as connection:
            connection.execute(update(tables.session).where(same).values(used=at))

    def all(self, principal: str | None = None) -> Sequence[Session]:
        """Those of a principal, or of all, the ones used last first."""
        query = select(tables.session).where(_session.cluster_id == self._cluster.id)
        if principal is not None:
            query = query.where(_session.principal == principal)
        with self._database.read() as connection:
            return [_from_row(row) for row in connection.execute(query.order_by(_session.used.desc()))]

    def end(self, session_id: str, entry: AuditEntry) -> bool:
        """Whether there was such a session; there is none any more, and the audit log says so."""
        cluster_id = self._cluster.id
        same = and_(_session.cluster_id == cluster_id, _session.session_id == session_id)
        with self._database.write() as connection:
            ended = connection.execute(delete(tables.session).where(same)).rowcount == 1
            if ended:
                insert_entries(connection, cluster_id, [entry])
        return ended


def _from_row(row: Row[tuple[object, ...]]) -> Session:
    return Session(
        id=row.session_id,
        principal=row.principal,
        revision=row.revision,
        roles=tuple(json.loads(row.roles)),
        created=row.created,
        expires=row.expires,
        idle=timedelta(seconds=row.idle_seconds),
        used=row.used,
        client=row.client,
        address=row.address,
    )
