"""Asynchronous invocations: kept until they are done, claimed by one process at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from zato.core.errors import Conflict
from zato.core.message import DeadLetter, Message
from zato.core.origin import Asker
from zato.odb import tables
from zato.odb.claimed_table import ClaimedTable, Key, RowState
from zato.odb.claims import Claim as RowClaim
from zato.odb.claims import Claims, Dead
from zato.odb.claims import Settlement as RowSettlement
from zato.odb.cluster import Cluster
from zato.odb.columns import octets
from zato.odb.database import Database
from zato.odb.dead_letters import DeadLetters

_message = tables.message.c


@dataclass(frozen=True, slots=True)
class Claim(RowClaim):
    """A message that one process works on until its claim expires."""

    message: Message


Settlement = RowSettlement[Claim]


class Messages:
    """The messages of the cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)
        self._table = ClaimedTable(tables.message, self._cluster)
        self._claims = Claims(self._table)
        self._dead_letters = DeadLetters(self._table)

    def add(self, message: Message, due: datetime) -> None:
        """Keep it; what was resent counts as begun. A message that is there already, by its id, stays as it is."""
        row = {
            "cluster_id": self._cluster.id,
            "message_id": message.id,
            "state": RowState.WAITING.value,
            "due": due,
            "fence": 0,
            "attempts": 0,
            "begun": message.resent,
            "service": message.service,
            "payload": message.payload or None,
            "cid": message.cid,
            "sent": message.sent,
            "principal": message.principal,
            "origin": message.origin.value,
            "origin_name": message.origin_name or None,
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(tables.message).values(row))
        except Conflict:
            return

    def next_due(self) -> datetime | None:
        """When the next message may be claimed; None where none waits, claimed ones included."""
        with self._database.read() as connection:
            return self._claims.next_due(connection)

    def claim(
        self,
        limit: int,
        now: datetime,
        until: datetime,
        *,
        owner: str | None = None,
        attempts_max: int | None = None,
    ) -> list[Claim]:
        """Messages, `limit` at most, that nobody else gets before `until`.

        What has been claimed `attempts_max` times, the last claim having expired, becomes a dead letter instead.
        """
        with self._database.write() as connection:
            found = self._claims.claim(connection, limit, now, until, owner=owner)
            spent = [each for each in found if attempts_max is not None and each.attempt > attempts_max]
            self._claims.settle(connection, [Dead(each, now, _unfinished(each), counted=False) for each in spent])
            messages = self._read(connection, [each.key for each in found if each not in spent])
        return [
            Claim(each.key, each.fence, each.attempt, each.begun, each.reason, messages[each.key])
            for each in found
            if each.key in messages
        ]

    def release(self, owner: str, now: datetime) -> int:
        """Have the claims of `owner`, who is known to have ended, expire at once. Says how many."""
        with self._database.write() as connection:
            return self._claims.release(connection, owner, now)

    def extend(self, claims: Sequence[Claim], until: datetime) -> list[Claim]:
        """Have the claims expire at `until` instead. Returns those that had expired, and have gone to others."""
        if not claims:
            return []
        with self._database.write() as connection:
            return self._claims.extend(connection, claims, until)

    def settle(self, settlements: Sequence[Settlement]) -> list[Claim]:
        """End the claims. Returns those that had expired, and have gone to others: for these nothing was done."""
        if not settlements:
            return []
        with self._database.write() as connection:
            return self._claims.settle(connection, settlements)

    def counts(self) -> tuple[int, int]:
        """How many messages wait, claimed ones included, and how many are dead letters."""
        with self._database.read() as connection:
            return self._dead_letters.counts(connection)

    def dead(self, limit: int) -> list[DeadLetter]:
        """Dead letters, the newest first."""
        columns = (_message.message_id, _message.service, _message.cid, _message.sent, _message.principal)
        more = (_message.origin, _message.origin_name, _message.attempts, _message.reason, _message.due)
        query = (
            select(*columns, *more, octets(_message.payload).label("size"))
            .where(*self._table.in_state(RowState.DEAD))
            .order_by(_message.due.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                DeadLetter(
                    id=row.message_id,
                    service=row.service,
                    cid=row.cid,
                    sent=row.sent,
                    principal=row.principal,
                    payload_bytes=int(row.size or 0),
                    attempts=row.attempts,
                    reason=row.reason or "",
                    origin=Asker.written(row.origin),
                    origin_name=row.origin_name or "",
                    died=row.due,
                )
                for row in connection.execute(query)
            ]

    def dead_payload(self, message_id: str) -> str | None:
        """Of a dead letter; None where there is none of that id."""
        query = select(_message.payload).where(*self._table.in_state(RowState.DEAD), _message.message_id == message_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else str(row.payload or "")

    def retry(self, ids: Sequence[str] | None, now: datetime) -> int:
        """Have dead letters, all without ids, claimed again as if for the first time, but begun. Says how many."""
        with self._database.write() as connection:
            return self._dead_letters.retry(connection, _keys(ids), now)

    def delete(self, ids: Sequence[str] | None) -> int:
        """Delete dead letters, all without ids. Says how many."""
        with self._database.write() as connection:
            return self._dead_letters.delete(connection, _keys(ids))

    def trim(self, before: datetime, limit: int) -> int:
        """Delete dead letters that became ones before then, `limit` at most. Says how many."""
        with self._database.read() as connection:
            old = self._dead_letters.older(connection, before, limit)
        if old:
            with self._database.write() as connection:
                self._dead_letters.delete_older(connection, old, before)
        return len(old)

    def _read(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Message]:
        found: dict[Key, Message] = {}
        for which in self._table.among(keys):
            rows = connection.execute(select(tables.message).where(*which))
            found |= {self._table.key_of(row): _kept(row) for row in rows}
        return found


def _keys(ids: Sequence[str] | None) -> list[Key] | None:
    return None if ids is None else [(each,) for each in ids]


def _kept(row: Row[Any]) -> Message:
    return Message(
        id=row.message_id,
        service=row.service,
        payload=row.payload or "",
        cid=row.cid,
        sent=row.sent,
        principal=row.principal,
        origin=Asker.written(row.origin),
        origin_name=row.origin_name or "",
    )


def _unfinished(claim: RowClaim) -> str:
    text = f"It was delivered {claim.attempt - 1} times, and the last time nobody lived to say what came of it."
    return f"{text} The time before: {claim.reason}" if claim.reason else text
