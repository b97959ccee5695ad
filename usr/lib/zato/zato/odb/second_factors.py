"""Second factors of people: a secret each, codes for when it is lost, and what was tried of late.

They belong to the name of a security definition, not to the item: an item that is deleted, rolled back or imported
has the second factor that it had. An administrator takes it away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from zato.core.errors import Conflict
from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_totp = tables.totp.c
_recovery = tables.totp_recovery.c
_session = tables.session.c
# Asked for each request to the admin API: to put the question together takes as long as to ask it
_CONFIRMED = select(_totp.principal).where(_totp.cluster_id == bindparam("cluster"), _totp.confirmed.is_not(None))


@dataclass(frozen=True, slots=True)
class Factor:
    """A encrypted secret, since when codes of it are demanded, and how many recovery codes are left."""

    secret: str = field(repr=False)
    confirmed: datetime | None
    recovery_codes: int


class SecondFactors:
    """Each change is one transaction, with its audit entry, and is made by one caller only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def get(self, principal: str) -> Factor | None:
        """The second factor that somebody has, or is about to have."""
        mine = and_(_recovery.cluster_id == self._cluster.id, _recovery.principal == principal)
        left = select(func.count()).select_from(tables.totp_recovery).where(mine).scalar_subquery()
        query = select(_totp.secret, _totp.confirmed, left.label("recovery_codes")).where(*self._of(principal))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Factor(row.secret, row.confirmed, row.recovery_codes)

    def confirmed(self) -> frozenset[str]:
        """All who have one that is demanded."""
        which = {"cluster": self._cluster.id}
        with self._database.read() as connection:
            return frozenset(connection.scalars(_CONFIRMED, which))

    def begin(self, principal: str, secret: str, at: datetime, entry: AuditEntry) -> None:
        """A secret that is to be confirmed, in place of one that never was. Raises Conflict where one is confirmed."""
        row = {"cluster_id": self._cluster.id, "principal": principal, "secret": secret, "begun": at, "attempts": 0}
        try:
            with self._database.write() as connection:
                connection.execute(delete(tables.totp).where(*self._of(principal), _totp.confirmed.is_(None)))
                connection.execute(insert(tables.totp).values(row))
                insert_entries(connection, self._cluster.id, [entry])
        except Conflict as error:
            raise Conflict(
                f"{principal} has a second factor already; it has to be disabled before there can be another one.",
                code="totp-there",
            ) from error

    def confirm(
        self,
        principal: str,
        step: int,
        recovery: Collection[str],
        at: datetime,
        entry: AuditEntry,
        *,
        session: str | None,
    ) -> bool:
        """Whether it was there and not confirmed: it is demanded from now on, and only that session goes on.

        `recovery` are the hashes of the codes for when it is lost.
        """
        cluster_id = self._cluster.id
        with self._database.write() as connection:
            change = update(tables.totp).where(*self._of(principal), _totp.confirmed.is_(None))
            if connection.execute(change.values(confirmed=at, last_step=step, attempts=0)).rowcount != 1:
                return False
            mine = and_(_recovery.cluster_id == cluster_id, _recovery.principal == principal)
            connection.execute(delete(tables.totp_recovery).where(mine))
            rows = [{"cluster_id": cluster_id, "principal": principal, "digest": digest} for digest in recovery]
            connection.execute(insert(tables.totp_recovery), rows)
            self._end_sessions(connection, principal, session)
            insert_entries(connection, cluster_id, [entry])
        return True

    def attempt(self, principal: str, at: datetime, *, most: int, pause: timedelta) -> bool:
        """Whether another code may be looked at. It counts before it is: many at once are as many attempts.

        After `most` without a right one there is one attempt in each `pause`.
        """
        may = or_(_totp.attempts < most, _totp.attempted.is_(None), _totp.attempted <= at - pause)
        change = update(tables.totp).where(*self._of(principal), may)
        with self._database.write() as connection:
            return connection.execute(change.values(attempts=_totp.attempts + 1, attempted=at)).rowcount == 1

    def accept(self, principal: str, step: int) -> bool:
        """Whether the code of this period is the first one of it and of all later ones; the attempts are forgotten."""
        newer = or_(_totp.last_step.is_(None), _totp.last_step < step)
        change = update(tables.totp).where(*self._of(principal), _totp.confirmed.is_not(None), newer)
        with self._database.write() as connection:
            return connection.execute(change.values(last_step=step, attempts=0)).rowcount == 1

    def spend(self, principal: str, digest: str, entry: AuditEntry) -> bool:
        """Whether there was such a recovery code; it is worth nothing any more."""
        cluster_id = self._cluster.id
        same = (_recovery.cluster_id == cluster_id, _recovery.principal == principal, _recovery.digest == digest)
        with self._database.write() as connection:
            if connection.execute(delete(tables.totp_recovery).where(*same)).rowcount != 1:
                return False
            connection.execute(update(tables.totp).where(*self._of(principal)).values(attempts=0))
            insert_entries(connection, cluster_id, [entry])
        return True

    def remove(self, principal: str, entry: AuditEntry) -> bool:
        """Whether there was one; it is demanded no more, and all sessions of its owner have ended."""
        cluster_id = self._cluster.id
        mine = and_(_recovery.cluster_id == cluster_id, _recovery.principal == principal)
        with self._database.write() as connection:
            if connection.execute(delete(tables.totp).where(*self._of(principal))).rowcount != 1:
                return False
            connection.execute(delete(tables.totp_recovery).where(mine))
            self._end_sessions(connection, principal, None)
            insert_entries(connection, cluster_id, [entry])
        return True

    def _end_sessions(self, connection: Connection, principal: str, but: str | None) -> None:
        mine = [_session.cluster_id == self._cluster.id, _session.principal == principal]
        if but is not None:
            mine.append(_session.session_id != but)
        connection.execute(delete(tables.session).where(*mine))

    def _of(self, principal: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return _totp.cluster_id == self._cluster.id, _totp.principal == principal
