"""The configuration log: each change a row with a gap-free revision, and the items as the log left them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from zato.core.errors import Conflict, NotFound, SetupError
from zato.odb.database import Database
from zato.odb.tables import audit, change, cluster, item

CLUSTER_ID = 1


class Action(StrEnum):
    """What a change did to an item."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A row of the log. `data` is the item's JSON text after the change, None for a deletion."""

    revision: int
    at: datetime
    kind: str
    name: str
    action: Action
    data: str | None
    principal: str
    cid: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it is now; `revision` is that of its last change."""

    kind: str
    name: str
    revision: int
    data: str


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A change to be made. `expected_revision`: None is not checked, 0 means that the item must not exist."""

    kind: str
    name: str
    action: Action
    data: str | None
    expected_revision: int | None = None


Check = Callable[[Sequence[StoredItem]], None]


class ConfigurationLog:
    """The log of one cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cluster_id = CLUSTER_ID

    def revision(self) -> int:
        """The last revision; 0 where nothing was changed yet."""
        with self._database.read() as connection:
            return self._revision(connection)

    def append(
        self,
        changes: Sequence[ProposedChange],
        *,
        principal: str,
        cid: str,
        at: datetime,
        comment: str | None = None,
        check: Check | None = None,
    ) -> tuple[int, ...]:
        """Make all changes or none, each with a revision of its own, the audit rows with them.

        `check` sees all items as they are before the changes, under the cluster's lock, and may raise. Raises Conflict
        (stale-revision, already-exists) and NotFound.
        """
        with self._database.write() as connection:
            # The row lock is what makes revisions gap-free and visible in order.
            connection.execute(
                update(cluster).where(cluster.c.id == CLUSTER_ID).values(revision=cluster.c.revision + len(changes))
            )
            first = self._revision(connection) - len(changes) + 1
            stored = self._items(connection)
            if check is not None:
                check(stored)
            current = {(row.kind, row.name): row.revision for row in stored}
            rows: list[dict[str, Any]] = []
            for revision, proposed in enumerate(changes, first):
                self._require(connection, proposed, current)
                key = (proposed.kind, proposed.name)
                if proposed.action is Action.DELETE:
                    del current[key]
                else:
                    current[key] = revision
                rows.append(
                    {
                        "cluster_id": CLUSTER_ID,
                        "revision": revision,
                        "changed_at": at,
                        "kind": proposed.kind,
                        "name": proposed.name,
                        "action": proposed.action.value,
                        "data": proposed.data,
                        "principal": principal,
                        "cid": cid,
                        "remark": comment,
                    }
                )
            self._write(connection, rows)
            return tuple(row["revision"] for row in rows)

    def items(self, kind: str | None = None) -> list[StoredItem]:
        """All items, or those of one kind, by kind and name."""
        with self._database.read() as connection:
            return self._items(connection, kind)

    def item(self, kind: str, name: str) -> StoredItem:
        """One item. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_ITEM, {"kind_": kind, "name_": name}).one_or_none()
        if row is None:
            raise NotFound(f"There is no {kind} named {name!r}.", code="no-such-item")
        return StoredItem(*row)

    def items_with_revision(self) -> tuple[int, list[StoredItem]]:
        """All items and the revision they are of, read consistently."""
        with self._database.read() as connection:
            while True:
                before = self._revision(connection)
                items = self._items(connection)
                if self._revision(connection) == before:
                    return before, items

    def changes_after(self, revision: int, limit: int = 1000) -> list[LoggedChange]:
        """The changes after a revision, oldest first, at most `limit`."""
        with self._database.read() as connection:
            rows = connection.execute(_CHANGES_AFTER, {"after": revision, "most": limit}).all()
        return [_logged(row) for row in rows]

    def history(self, kind: str, name: str, limit: int = 100) -> list[LoggedChange]:
        """The changes of one item, newest first."""
        query = (
            select(*_LOGGED)
            .where(change.c.cluster_id == CLUSTER_ID, change.c.kind == kind, change.c.name == name)
            .order_by(change.c.revision.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [_logged(row) for row in connection.execute(query)]

    def items_at(self, revision: int) -> list[StoredItem]:
        """All items as they were at a revision."""
        query = (
            select(change.c.kind, change.c.name, change.c.revision, change.c.data)
            .where(change.c.cluster_id == CLUSTER_ID, change.c.revision <= revision)
            .order_by(change.c.revision)
        )
        found: dict[tuple[str, str], StoredItem] = {}
        with self._database.read() as connection:
            for kind, name, at, data in connection.execute(query):
                if data is None:
                    found.pop((kind, name), None)
                else:
                    found[kind, name] = StoredItem(kind, name, at, data)
        return [found[key] for key in sorted(found)]

    def _require(self, connection: Connection, proposed: ProposedChange, current: dict[tuple[str, str], int]) -> None:
        revision = current.get((proposed.kind, proposed.name))
        if proposed.action is Action.CREATE and revision is not None:
            raise Conflict(
                f"There already is a {proposed.kind} named {proposed.name!r}; change it or take another name.",
                code="already-exists",
            )
        if proposed.action is not Action.CREATE and revision is None:
            raise NotFound(f"There is no {proposed.kind} named {proposed.name!r}.", code="no-such-item")
        expected = proposed.expected_revision
        if expected is not None and expected != (revision or 0):
            who = connection.execute(
                select(change.c.principal).where(change.c.cluster_id == CLUSTER_ID, change.c.revision == revision)
            ).scalar_one_or_none()
            raise Conflict(
                f"The {proposed.kind} named {proposed.name!r} is at revision {revision}, last changed by {who}; "
                f"the change started from revision {expected}. Read it again and repeat the change.",
                code="stale-revision",
            )

    def _write(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        connection.execute(insert(change), rows)
        connection.execute(
            insert(audit),
            [
                {
                    "cluster_id": CLUSTER_ID,
                    "happened_at": row["changed_at"],
                    "principal": row["principal"],
                    "cid": row["cid"],
                    "action": f"config-{row['action']}",
                    "subject": f"{row['kind']} {row['name']}",
                    "outcome": "done",
                    "revision": row["revision"],
                    "detail": row["remark"],
                }
                for row in rows
            ],
        )
        last = {(row["kind"], row["name"]): row for row in rows}
        keys = [{"kind_": kind, "name_": name} for kind, name in last]
        connection.execute(_DELETE_ITEM, keys)
        kept = [
            {name: row[name] for name in ("cluster_id", "kind", "name", "revision", "data")}
            for row in last.values()
            if row["data"] is not None
        ]
        if kept:
            connection.execute(insert(item), kept)

    def _items(self, connection: Connection, kind: str | None = None) -> list[StoredItem]:
        query = select(item.c.kind, item.c.name, item.c.revision, item.c.data).where(item.c.cluster_id == CLUSTER_ID)
        if kind is not None:
            query = query.where(item.c.kind == kind)
        return [StoredItem(*row) for row in connection.execute(query.order_by(item.c.kind, item.c.name))]

    def _revision(self, connection: Connection) -> int:
        found = connection.execute(_REVISION).scalar_one_or_none()
        if found is None:
            raise SetupError("The ODB has no cluster; prepare it with: zato odb init", code="odb-not-initialised")
        return int(found)


_LOGGED = (
    change.c.revision,
    change.c.changed_at,
    change.c.kind,
    change.c.name,
    change.c.action,
    change.c.data,
    change.c.principal,
    change.c.cid,
    change.c.remark,
)
_REVISION = select(cluster.c.revision).where(cluster.c.id == CLUSTER_ID)
_CHANGES_AFTER = (
    select(*_LOGGED)
    .where(change.c.cluster_id == CLUSTER_ID, change.c.revision > bindparam("after"))
    .order_by(change.c.revision)
    .limit(bindparam("most"))
)
_ITEM = select(item.c.kind, item.c.name, item.c.revision, item.c.data).where(
    item.c.cluster_id == CLUSTER_ID, item.c.kind == bindparam("kind_"), item.c.name == bindparam("name_")
)
_DELETE_ITEM = delete(item).where(
    item.c.cluster_id == CLUSTER_ID, item.c.kind == bindparam("kind_"), item.c.name == bindparam("name_")
)


def _logged(row: Any) -> LoggedChange:
    revision, at, kind, name, action, data, principal, cid, remark = row
    return LoggedChange(revision, at, kind, name, Action(action), data, principal, cid, remark)
