"""Rows of any claimed table that are claimed no more until an operator has them tried again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from zato.odb.claimed_table import ClaimedTable, Conditions, Key, RowState


class DeadLetters:
    """The dead letters of one table, whatever they are letters of."""

    def __init__(self, claimed: ClaimedTable) -> None:
        self._claimed = claimed
        self._table = claimed.table

    def counts(self, connection: Connection) -> tuple[int, int]:
        """How many rows wait, claimed ones included, and how many are dead letters."""
        state = self._table.c.state
        query = select(state, func.count()).where(*self._claimed.all()).group_by(state)
        found = {name: int(count) for name, count in connection.execute(query)}
        return found.get(RowState.WAITING, 0), found.get(RowState.DEAD, 0)

    def retry(self, connection: Connection, keys: Sequence[Key] | None, now: datetime) -> int:
        """Have them, all without keys, claimed again as if for the first time, but begun. Says how many."""
        values = {"state": RowState.WAITING.value, "due": now, "attempts": 0, "begun": True, "reason": None}
        return sum(
            connection.execute(update(self._table).where(*which).values(values)).rowcount for which in self._dead(keys)
        )

    def delete(self, connection: Connection, keys: Sequence[Key] | None) -> int:
        """Delete them, all without keys. Says how many."""
        return sum(connection.execute(delete(self._table).where(*which)).rowcount for which in self._dead(keys))

    def older(self, connection: Connection, before: datetime, limit: int) -> list[Key]:
        """Those that became ones before then, the oldest first."""
        due = self._table.c.due
        dead = self._claimed.in_state(RowState.DEAD)
        query = select(*self._claimed.key).where(*dead, due < before).order_by(due).limit(limit)
        return [self._claimed.key_of(row) for row in connection.execute(query)]

    def delete_older(self, connection: Connection, keys: Sequence[Key], before: datetime) -> None:
        """Delete those of `older`, where they are still so: one may be tried again by now."""
        for which in self._dead(keys):
            connection.execute(delete(self._table).where(*which, self._table.c.due < before))

    def _dead(self, keys: Sequence[Key] | None) -> Iterator[Conditions]:
        dead = self._claimed.in_state(RowState.DEAD)
        if keys is None:
            yield dead
            return
        for which in self._claimed.among(keys):
            yield (*which, self._table.c.state == RowState.DEAD.value)
