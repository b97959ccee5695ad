"""Claims on rows of any table: a lease, and a fencing number that tells a claim from every later one.

Whoever works on a row claims it first. Where that process ends, or forgets to extend its lease, the claim expires and
the next one gets the row; what the earlier one then says of it changes nothing. All of it is done in sets, a statement
or two for however many rows, within a transaction of the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Dialect, bindparam, delete, func, select, update

from zato.odb.claimed_table import ClaimedTable, Key, RowState


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that one process works on until its lease ends."""

    key: Key
    fence: int
    attempt: int
    begun: bool
    """Whether somebody claimed it before, who may have done what it asks for."""
    reason: str | None
    """Why it was put off, where it was."""


C = TypeVar("C", bound=Claim)


@dataclass(frozen=True, slots=True)
class Done(Generic[C]):
    """The row is not needed any more."""

    claim: C


@dataclass(frozen=True, slots=True)
class Later(Generic[C]):
    """The row may be claimed again from `due` on. Unless it `counted`, it is as if it had not been claimed."""

    claim: C
    due: datetime
    reason: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Dead(Generic[C]):
    """The row is kept as a dead letter. Unless it `counted`, the last attempt is not one of its attempts."""

    claim: C
    at: datetime
    reason: str
    counted: bool = True


Settlement = Done[C] | Later[C] | Dead[C]
_KEPT: dict[str, Any] = {
    "owner": None,
    **{name: bindparam(f"new_{name}") for name in ("state", "due", "reason", "attempts", "begun")},
}


class Claims:
    """Claims on the rows of one table."""

    def __init__(self, claimed: ClaimedTable) -> None:
        self._claimed = claimed
        self._table = claimed.table
        self._columns = claimed.table.c

    def next_due(self, connection: Connection) -> datetime | None:
        """When the next row may be claimed; None where none waits, claimed ones included."""
        due: datetime | None = connection.scalar(
            select(func.min(self._columns.due)).where(*self._claimed.in_state(RowState.WAITING))
        )
        return due

    def claim(
        self, connection: Connection, limit: int, now: datetime, until: datetime, *, owner: str | None = None
    ) -> list[Claim]:
        """Rows, `limit` at most and those that are due the longest first, that nobody else gets before `until`."""
        columns = self._columns
        candidates = (
            select(*self._claimed.key, columns.fence, columns.attempts, columns.begun, columns.reason)
            .where(*self._claimed.in_state(RowState.WAITING), columns.due <= now)
            .order_by(columns.due)
            .limit(limit)
        )
        skips = _skips_locked(connection.dialect)
        rows = connection.execute(candidates.with_for_update(skip_locked=True) if skips else candidates).all()
        found = {self._claimed.key_of(row): row for row in rows}
        if not skips:  # another process may have been quicker
            held = self._held(connection, [(key, row.fence) for key, row in found.items()])
            found = {key: row for key, row in found.items() if (key, row.fence) in held}
        values = {
            "fence": columns.fence + 1,
            "due": until,
            "owner": owner,
            "attempts": columns.attempts + 1,
            "begun": True,
        }
        for which in self._claimed.among(list(found)):
            connection.execute(update(self._table).where(*which).values(values))
        return [
            Claim(key, row.fence + 1, row.attempts + 1, bool(row.begun), row.reason or None)
            for key, row in found.items()
        ]

    def release(self, connection: Connection, owner: str, now: datetime) -> int:
        """Have the claims of `owner`, who is known to have ended, expire at once. Says how many."""
        which = (*self._claimed.in_state(RowState.WAITING), self._columns.owner == owner, self._columns.due > now)
        return connection.execute(update(self._table).where(*which).values(due=now, owner=None)).rowcount

    def extend(self, connection: Connection, claims: Sequence[C], until: datetime) -> list[C]:
        """Have the claims expire at `until` instead. Returns those that had expired, and have gone to others."""
        held = self._held(connection, [_fenced(claim) for claim in claims])
        for which in self._claimed.among([key for key, _ in held]):
            connection.execute(update(self._table).where(*which).values(due=until))
        return [claim for claim in claims if _fenced(claim) not in held]

    def settle(self, connection: Connection, settlements: Sequence[Settlement[C]]) -> list[C]:
        """End the claims. Returns those that had expired, and have gone to others: for these nothing was done."""
        held = self._held(connection, [_fenced(each.claim) for each in settlements])
        ours = [each for each in settlements if _fenced(each.claim) in held]
        for which in self._claimed.among([each.claim.key for each in ours if isinstance(each, Done)]):
            connection.execute(delete(self._table).where(*which))
        kept = [self._parameters(each) for each in ours if not isinstance(each, Done)]
        if kept:
            names = ("state", "due", "reason", "attempts", "begun")
            mine = (column == bindparam(f"key_{column.name}") for column in self._claimed.key)
            change = update(self._table).where(*self._claimed.all(), *mine)
            connection.execute(
                change.values({name: bindparam(f"new_{name}") for name in names} | {"owner": None}), kept
            )
        return [each.claim for each in settlements if _fenced(each.claim) not in held]

    def _parameters(self, settlement: Later[C] | Dead[C]) -> dict[str, Any]:
        claim, counted = settlement.claim, settlement.counted
        later = isinstance(settlement, Later)
        keys = {f"key_{column.name}": value for column, value in zip(self._claimed.key, claim.key, strict=True)}
        return {
            **keys,
            "new_state": (RowState.WAITING if later else RowState.DEAD).value,
            "new_due": settlement.due if isinstance(settlement, Later) else settlement.at,
            "new_reason": settlement.reason,
            "new_attempts": claim.attempt if counted else claim.attempt - 1,
            "new_begun": counted or claim.begun,
        }

    def _held(self, connection: Connection, claims: Sequence[tuple[Key, int]]) -> set[tuple[Key, int]]:
        """Those that have not gone to others. Nobody else changes their rows before the transaction ends.

        A row may be asked about twice, with an earlier fencing number and with the one that it has.
        """
        found: set[tuple[Key, int]] = set()
        waiting = self._columns.state == RowState.WAITING.value
        for which in self._claimed.among(sorted({key for key, _ in claims})):
            # In the order of the key, as all do who lock several
            query = select(*self._claimed.key, self._columns.fence).where(*which, waiting).order_by(*self._claimed.key)
            found |= {(self._claimed.key_of(row), row.fence) for row in connection.execute(query.with_for_update())}
        return found.intersection(claims)


def _fenced(claim: Claim) -> tuple[Key, int]:
    return claim.key, claim.fence


def _skips_locked(dialect: Dialect) -> bool:
    """Oracle has it too, but not together with an order and a limit."""
    if dialect.name == "mysql":
        return (dialect.server_version_info or ()) >= ((10, 6) if getattr(dialect, "is_mariadb", False) else (8, 0))
    return dialect.name == "postgresql"
