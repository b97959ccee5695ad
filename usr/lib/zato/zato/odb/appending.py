"""Writing to the configuration log within one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from zato.core.errors import Conflict, NotFound
from zato.odb import tables
from zato.odb.audit import AuditEntry, Origin, insert_entries
from zato.odb.changes import Action, LoggedChange, ProposedChange, StoredItem, change_from_row, item_from_row

_change = tables.change.c
_item = tables.item.c
_cluster = tables.cluster.c

_Key = tuple[str, str]
# Oracle takes 1,000 members in an IN, SQLite a limited depth of OR
_CHUNK = 500
_FEW = 50


class Appending:
    """Holds the lock on the log from its construction to the end of the transaction of `connection`."""

    def __init__(self, connection: Connection, cluster_id: int) -> None:
        self._connection = connection
        self._cluster_id = cluster_id
        # On SQLite the transaction itself is the lock. Nothing may be read before it: what was read would be old.
        locked = select(_cluster.revision).where(_cluster.id == cluster_id).with_for_update()
        self._revision: int = connection.execute(locked).scalar_one()

    @property
    def revision(self) -> int:
        """The revision before the changes."""
        return self._revision

    def changes_from(self, revision: int, limit: int) -> list[LoggedChange]:
        """The change of this revision and those that follow, oldest first, at most `limit` of them."""
        query = (
            select(tables.change)
            .where(_change.cluster_id == self._cluster_id, _change.revision >= revision)
            .order_by(_change.revision)
            .limit(limit)
        )
        return [change_from_row(row) for row in self._connection.execute(query)]

    def all_items(self) -> list[StoredItem]:
        """All items as they were before, by kind and name."""
        query = select(tables.item).where(_item.cluster_id == self._cluster_id).order_by(_item.kind, _item.name)
        return [item_from_row(row) for row in self._connection.execute(query)]

    def write(
        self,
        changes: Sequence[ProposedChange],
        *,
        principal: str,
        cid: str,
        at: datetime,
        comment: str | None,
        origin: Origin,
    ) -> tuple[int, ...]:
        """Write all in batches, and return the revisions. Raises as `revisions_for` does."""
        given = self.revisions_for(changes)
        revisions: dict[_Key, int] = {}
        result: dict[_Key, ProposedChange | None] = {}
        rows: list[dict[str, Any]] = []
        entries: list[AuditEntry] = []
        for change, revision in zip(changes, given, strict=True):
            key = (change.kind, change.name)
            revisions[key] = revision
            result[key] = None if change.action is Action.DELETE else change
            rows.append(
                {
                    "cluster_id": self._cluster_id,
                    "revision": revision,
                    "changed": at,
                    "kind": change.kind,
                    "name": change.name,
                    "action": change.action.value,
                    "data": change.data,
                    "principal": principal,
                    "cid": cid,
                    "remark": comment,
                }
            )
            subject = f"{change.kind}:{change.name}"
            entries.append(
                AuditEntry(at, principal, cid, change.action, subject, "ok", revision, comment, origin=origin)
            )
        self._connection.execute(insert(tables.change), rows)
        self._replace_items(result, revisions)
        insert_entries(self._connection, self._cluster_id, entries)
        self._connection.execute(
            update(tables.cluster).where(_cluster.id == self._cluster_id).values(revision=given[-1])
        )
        return given

    def revisions_for(self, changes: Sequence[ProposedChange]) -> tuple[int, ...]:
        """The revisions that they get. Raises where one does not fit what those before it leave behind."""
        revisions = self._revisions({(change.kind, change.name) for change in changes})
        revision = self._revision
        for change in changes:
            key = (change.kind, change.name)
            self._require_fits(change, revisions.get(key, 0))
            revision += 1
            revisions[key] = 0 if change.action is Action.DELETE else revision
        return tuple(range(self._revision + 1, revision + 1))

    def _revisions(self, keys: set[_Key]) -> dict[_Key, int]:
        query = select(_item.kind, _item.name, _item.revision).where(_item.cluster_id == self._cluster_id)
        if len(keys) <= _FEW:
            query = query.where(or_(*(and_(_item.kind == kind, _item.name == name) for kind, name in keys)))
        return {(row.kind, row.name): row.revision for row in self._connection.execute(query)}

    def _require_fits(self, change: ProposedChange, revision: int) -> None:
        what = f"{change.kind} {change.name!r}"
        expected = change.expected_revision
        if expected is not None and expected != revision:
            if expected == 0:
                raise Conflict(f"There is a {what} already, at revision {revision}.", code="already-exists")
            raise self._stale(change, revision)
        if change.action is Action.CREATE and revision:
            raise Conflict(f"There is a {what} already, at revision {revision}.", code="already-exists")
        if change.action is not Action.CREATE and not revision:
            raise NotFound(f"There is no {change.kind} named {change.name!r}.", code="no-such-item")

    def _stale(self, change: ProposedChange, revision: int) -> Conflict:
        what = f"{change.kind} {change.name!r}"
        query = (
            select(_change.principal, _change.changed, _change.revision, _change.action)
            .where(_change.cluster_id == self._cluster_id, _change.kind == change.kind, _change.name == change.name)
            .order_by(_change.revision.desc())
            .limit(1)
        )
        last = self._connection.execute(query).one_or_none()
        if last is None:
            now = "and it does not exist"
        elif revision == 0:
            now = f"and {last.principal} deleted it in revision {last.revision} at {last.changed:%Y-%m-%d %H:%M:%S} UTC"
        else:
            now = (
                f"and it is at revision {revision} now, changed by {last.principal} at "
                f"{last.changed:%Y-%m-%d %H:%M:%S} UTC"
            )
        return Conflict(
            f"The change of {what} started from revision {change.expected_revision}, {now}. Read it again and repeat "
            "the change.",
            code="stale-revision",
        )

    def _replace_items(self, result: dict[_Key, ProposedChange | None], revisions: dict[_Key, int]) -> None:
        """Delete and insert, as both go in batches everywhere, which an update of many rows does not."""
        for kind, names in _chunks(result):
            self._connection.execute(
                delete(tables.item).where(
                    _item.cluster_id == self._cluster_id, _item.kind == kind, _item.name.in_(names)
                )
            )
        rows = [
            {
                "cluster_id": self._cluster_id,
                "kind": change.kind,
                "name": change.name,
                "revision": revisions[key],
                "data": change.data,
            }
            for key, change in result.items()
            if change is not None
        ]
        if rows:
            self._connection.execute(insert(tables.item), rows)


def _chunks(keys: dict[_Key, ProposedChange | None]) -> Iterator[tuple[str, list[str]]]:
    by_kind: dict[str, list[str]] = {}
    for kind, name in keys:
        by_kind.setdefault(kind, []).append(name)
    for kind, names in by_kind.items():
        for start in range(0, len(names), _CHUNK):
            yield kind, names[start : start + _CHUNK]
