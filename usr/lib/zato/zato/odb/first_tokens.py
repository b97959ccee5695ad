"""The hash of the one-time token with which somebody becomes the first administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database
from zato.odb.log import Within

_token = tables.first_token.c


@dataclass(frozen=True, slots=True)
class FirstToken:
    """`digest` is the SHA-256 of the token in hexadecimal. From `expires` on it is worth nothing."""

    digest: str
    expires: datetime


class FirstTokens:
    """A cluster has at most one that is not spent."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def current(self) -> FirstToken | None:
        """The one that is not spent; it may have expired."""
        query = select(_token.digest, _token.expires).where(_token.cluster_id == self._cluster.id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else FirstToken(row.digest, row.expires)

    def replace(self, token: FirstToken, *, principal: str, cid: str, at: datetime) -> None:
        """From now on it is this one, whatever there was before; the audit log says who made it."""
        cluster_id = self._cluster.id
        row = {"cluster_id": cluster_id, "digest": token.digest, "expires": token.expires}
        entry = AuditEntry(at, principal, cid, "create", "first-token", "ok")
        with self._database.write() as connection:
            connection.execute(delete(tables.first_token).where(_token.cluster_id == cluster_id))
            connection.execute(insert(tables.first_token).values(row))
            insert_entries(connection, cluster_id, [entry])

    def spending(self, digest: str, now: datetime, refusal: Exception) -> Within:
        """Spends it where it is in use, or raises `refusal`: of several at the same time one alone gets it."""

        def spend(connection: Connection) -> None:
            same = (_token.cluster_id == self._cluster.id, _token.digest == digest, _token.expires > now)
            if connection.execute(delete(tables.first_token).where(*same)).rowcount != 1:
                raise refusal

        return spend
