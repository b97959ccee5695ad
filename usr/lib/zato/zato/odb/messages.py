"""Asynchronous invocations: kept until they are done, claimed by one process at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Row, delete, func, insert, select, update

from zato.core.errors import Conflict
from zato.odb import tables
from zato.odb.cluster import Cluster
from zato.odb.columns import octets
from zato.odb.database import Database

_WAITING = "waiting"
_DEAD = "dead"
_CHUNK = 500  # Oracle takes 1,000 members in an IN

_message = tables.message.c


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """Which service is to be invoked with what; see zato.broker.message.Message."""

    id: str
    service: str
    payload: str
    cid: str
    sent: datetime
    principal: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that one process works on until its claim expires. `fence` tells this claim from every later one."""

    message: KeptMessage
    fence: int
    attempt: int
    begun: bool
    """Whether somebody claimed it before, who may have processed it."""
    reason: str | None = None
    """Why it was put off, where it was."""


@dataclass(frozen=True, slots=True)
class Done:
    """The message is not needed any more."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Later:
    """The message may be claimed again from `due` on. Unless it `counted`, it is as if it had not been claimed."""

    claim: Claim
    due: datetime
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Dead:
    """The message is kept as a dead letter."""

    claim: Claim
    at: datetime
    reason: str


Settlement = Done | Later | Dead


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A dead letter without its payload; `reason` says why, `attempts` how often it was delivered."""

    id: str
    service: str
    cid: str
    sent: datetime
    principal: str
    payload_bytes: int
    attempts: int
    reason: str
    died: datetime


class Messages:
    """The messages of the cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def add(self, message: KeptMessage, due: datetime, *, begun: bool = False) -> None:
        """Keep it. A message that is there already, by its id, stays as it is."""
        row = {
            "cluster_id": self._cluster.id,
            "message_id": message.id,
            "state": _WAITING,
            "due": due,
            "fence": 0,
            "attempts": 0,
            "begun": begun,
            "service": message.service,
            "payload": message.payload or None,
            "cid": message.cid,
            "sent": message.sent,
            "principal": message.principal,
        }
        try:
            with self._database.write() as connection:
                connection.execute(insert(tables.message).values(row))
        except Conflict:
            return

    def next_due(self) -> datetime | None:
        """When the next message may be claimed; None where none waits, claimed ones included."""
        query = select(func.min(_message.due)).where(*self._in_state(_WAITING))
        with self._database.read() as connection:
            due: datetime | None = connection.scalar(query)
            return due

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
        candidates = (
            select(_message.message_id, _message.fence, _message.attempts, _message.begun, _message.reason)
            .where(*self._in_state(_WAITING), _message.due <= now)
            .order_by(_message.due)
            .limit(limit)
        )
        claimed: dict[str, Any] = {}
        with self._database.write() as connection:
            if _skips_locked(connection.dialect):
                candidates = candidates.with_for_update(skip_locked=True)
            for row in connection.execute(candidates).all():
                values: dict[str, Any] = {"fence": row.fence + 1}
                exhausted = attempts_max is not None and row.attempts >= attempts_max
                if exhausted:
                    values |= {"state": _DEAD, "due": now, "reason": _unfinished(row.attempts, row.reason)}
                else:
                    values |= {"due": until, "owner": owner, "attempts": row.attempts + 1, "begun": True}
                # Where rows were not locked, another process may have been quicker
                if self._change(connection, row.message_id, row.fence, values) and not exhausted:
                    claimed[row.message_id] = row
            messages = self._read(connection, list(claimed))
        return [
            Claim(messages[key], row.fence + 1, row.attempts + 1, bool(row.begun), row.reason)
            for key, row in claimed.items()
        ]

    def release(self, owner: str, now: datetime) -> int:
        """Have the claims of `owner`, who is known to have ended, expire at once. Says how many."""
        claimed = (*self._in_state(_WAITING), _message.owner == owner, _message.due > now)
        with self._database.write() as connection:
            return connection.execute(update(tables.message).where(*claimed).values(due=now, owner=None)).rowcount

    def extend(self, claims: Sequence[Claim], until: datetime) -> list[Claim]:
        """Have the claims expire at `until` instead. Returns those that had expired, and have gone to others."""
        if not claims:
            return []
        with self._database.write() as connection:
            return [each for each in claims if not self._change(connection, *_key(each), {"due": until})]

    def settle(self, settlements: Sequence[Settlement]) -> list[Claim]:
        """End the claims. Returns those that had expired, and have gone to others: for these nothing was done."""
        if not settlements:
            return []
        with self._database.write() as connection:
            return [each.claim for each in settlements if not self._settle(connection, each)]

    def counts(self) -> tuple[int, int]:
        """How many messages wait, claimed ones included, and how many are dead letters."""
        query = (
            select(_message.state, func.count()).where(_message.cluster_id == self._cluster.id).group_by(_message.state)
        )
        with self._database.read() as connection:
            found = {state: int(count) for state, count in connection.execute(query)}
        return found.get(_WAITING, 0), found.get(_DEAD, 0)

    def dead(self, limit: int) -> list[DeadMessage]:
        """Dead letters, the newest first."""
        columns = (_message.message_id, _message.service, _message.cid, _message.sent, _message.principal)
        query = (
            select(*columns, octets(_message.payload).label("size"), _message.attempts, _message.reason, _message.due)
            .where(*self._in_state(_DEAD))
            .order_by(_message.due.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                DeadMessage(
                    row.message_id,
                    row.service,
                    row.cid,
                    row.sent,
                    row.principal,
                    int(row.size or 0),
                    row.attempts,
                    row.reason or "",
                    row.due,
                )
                for row in connection.execute(query)
            ]

    def dead_payload(self, message_id: str) -> str | None:
        """Of a dead letter; None where there is none of that id."""
        query = select(_message.payload).where(*self._in_state(_DEAD), _message.message_id == message_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else str(row.payload or "")

    def retry(self, ids: Sequence[str] | None, now: datetime) -> int:
        """Have dead letters, all without ids, claimed again as if for the first time, but begun. Says how many."""
        values = {"state": _WAITING, "due": now, "attempts": 0, "begun": True, "reason": None}
        with self._database.write() as connection:
            return sum(
                connection.execute(update(tables.message).where(*which).values(values)).rowcount
                for which in self._dead_letters(ids)
            )

    def delete(self, ids: Sequence[str] | None) -> int:
        """Delete dead letters, all without ids. Says how many."""
        with self._database.write() as connection:
            return sum(
                connection.execute(delete(tables.message).where(*which)).rowcount for which in self._dead_letters(ids)
            )

    def _settle(self, connection: Connection, settlement: Settlement) -> bool:
        key = _key(settlement.claim)
        match settlement:
            case Done():
                held = self._held(*key)
                return connection.execute(delete(tables.message).where(*held)).rowcount == 1
            case Later(claim, due, reason, counted):
                values: dict[str, Any] = {"due": due, "owner": None, "reason": reason}
                if not counted:
                    values |= {"attempts": claim.attempt - 1, "begun": claim.begun}
                return self._change(connection, *key, values)
            case Dead(_, at, reason):
                return self._change(connection, *key, {"state": _DEAD, "due": at, "reason": reason})

    def _change(self, connection: Connection, message_id: str, fence: int, values: dict[str, Any]) -> bool:
        """Whether the message was still at this claim, and was changed."""
        change = update(tables.message).where(*self._held(message_id, fence)).values(values)
        return connection.execute(change).rowcount == 1

    def _held(self, message_id: str, fence: int) -> tuple[ColumnElement[bool], ...]:
        return (
            _message.cluster_id == self._cluster.id,
            _message.message_id == message_id,
            _message.fence == fence,
            _message.state == _WAITING,
        )

    def _in_state(self, state: str) -> tuple[ColumnElement[bool], ...]:
        return _message.cluster_id == self._cluster.id, _message.state == state

    def _dead_letters(self, ids: Sequence[str] | None) -> Iterator[tuple[ColumnElement[bool], ...]]:
        if ids is None:
            yield self._in_state(_DEAD)
            return
        for start in range(0, len(ids), _CHUNK):
            yield (*self._in_state(_DEAD), _message.message_id.in_(ids[start : start + _CHUNK]))

    def _read(self, connection: Connection, ids: list[str]) -> dict[str, KeptMessage]:
        found: dict[str, KeptMessage] = {}
        for start in range(0, len(ids), _CHUNK):
            some = _message.message_id.in_(ids[start : start + _CHUNK])
            query = select(tables.message).where(_message.cluster_id == self._cluster.id, some)
            found |= {row.message_id: _kept(row) for row in connection.execute(query)}
        return found


def _key(claim: Claim) -> tuple[str, int]:
    return claim.message.id, claim.fence


def _kept(row: Row[Any]) -> KeptMessage:
    return KeptMessage(row.message_id, row.service, row.payload or "", row.cid, row.sent, row.principal)


def _unfinished(attempts: int, reason: str | None) -> str:
    text = f"It was delivered {attempts} times, and the last time nobody lived to say what came of it."
    return f"{text} The time before: {reason}" if reason else text


def _skips_locked(dialect: Dialect) -> bool:
    """Oracle has it too, but not together with an order and a limit."""
    if dialect.name == "mysql":
        return (dialect.server_version_info or ()) >= ((10, 6) if getattr(dialect, "is_mariadb", False) else (8, 0))
    return dialect.name == "postgresql"
