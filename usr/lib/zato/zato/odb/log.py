"""The configuration log: every change is a row with a gap-free revision, and items are what the log adds up to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, and_, bindparam, func, select

from zato.core.errors import NotFound
from zato.odb import tables
from zato.odb.appending import Appending
from zato.odb.audit import UNKNOWN, Origin
from zato.odb.changes import (
    Action,
    LoggedChange,
    Maker,
    ProposedChange,
    StoredItem,
    WhichChanges,
    change_from_row,
    item_from_row,
)
from zato.odb.cluster import Cluster
from zato.odb.database import Database

__all__ = [
    "Action",
    "Appending",
    "ConfigurationLog",
    "Following",
    "LoggedChange",
    "Position",
    "ProposedChange",
    "StoredItem",
    "WhichChanges",
    "Within",
]

Within = Callable[[Connection], None]
"""Something else that is done in the same transaction; what it raises undoes all of it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the log is. The same revision of another `history` may be another change."""

    revision: int
    history: str


@dataclass(frozen=True, slots=True)
class Following:
    """Changes that follow a revision, oldest first and without a gap, and where the log was at that moment."""

    position: Position
    changes: list[LoggedChange]


_change = tables.change.c
_item = tables.item.c
_cluster = tables.cluster.c
# Asked all the time by all who follow the log: to put it together takes as long as to ask it
_FOLLOWING = (
    select(_cluster.revision.label("log_revision"), _cluster.created, tables.state.c.incarnation, tables.change)
    .select_from(
        tables.cluster.outerjoin(tables.state, tables.state.c.cluster_id == _cluster.id).outerjoin(
            tables.change, and_(_change.cluster_id == _cluster.id, _change.revision > bindparam("after"))
        )
    )
    .where(_cluster.id == bindparam("cluster"))
    .order_by(_change.revision)
    .limit(bindparam("most", type_=Integer))
)


class ConfigurationLog:
    """The only way to change configuration. A reader never sees a revision before an earlier one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    @property
    def cluster_id(self) -> int:
        return self._cluster.id

    def another_history(self) -> None:
        """Whose the ODB is by now is looked at again, before anything else is read from it or written to it."""
        self._database.another_history()

    def position(self) -> Position:
        """The revision of the last change, and which history it is one of."""
        joined = tables.cluster.outerjoin(tables.state, tables.state.c.cluster_id == _cluster.id)
        query = (
            select(_cluster.revision, _cluster.created, tables.state.c.incarnation)
            .select_from(joined)
            .where(_cluster.id == self._cluster.id)
        )
        with self._database.read() as connection:
            generation = self._database.generation
            row = connection.execute(query).one_or_none()
        if row is None:
            return Position(0, f"{generation}//")
        return _position(generation, row.revision, row.created, row.incarnation)

    def revision(self) -> int:
        """The revision of the last change, 0 for an empty log."""
        with self._database.read() as connection:
            return connection.scalar(select(_cluster.revision).where(_cluster.id == self._cluster.id)) or 0

    def trimmed_revision(self) -> int:
        """The earliest revision of which all is kept; 0 where that is every one."""
        query = select(tables.state.c.trimmed_revision).where(tables.state.c.cluster_id == self._cluster.id)
        with self._database.read() as connection:
            return connection.scalar(query) or 0

    def append(
        self,
        changes: Sequence[ProposedChange],
        *,
        principal: str,
        cid: str,
        at: datetime,
        comment: str | None = None,
        check: Callable[[Appending], None] | None = None,
        within: Within | None = None,
        origin: Origin = UNKNOWN,
    ) -> tuple[int, ...]:
        """Write all changes or none, each with the next revision and an audit entry, and return the revisions.

        `check` may look at everything as it was before, while nobody else can change it; what it raises is
        passed on and nothing is written; `within` is called after it. Raises Conflict(stale-revision) where an item
        is not at the revision that the change expects, Conflict(already-exists) and NotFound where a change does not
        fit what is there.
        """
        if not changes:
            return ()
        cluster_id = self._cluster.id
        with self._database.write() as connection:
            appending = Appending(connection, cluster_id)
            if check is not None:
                check(appending)
            if within is not None:
                within(connection)
            return appending.write(changes, principal=principal, cid=cid, at=at, comment=comment, origin=origin)

    def rehearse(self, changes: Sequence[ProposedChange], *, check: Callable[[Appending], None]) -> tuple[int, ...]:
        """The revisions that `append` would return now. Raises what it would raise, and writes nothing."""
        if not changes:
            return ()
        cluster_id = self._cluster.id
        with self._database.write() as connection:
            appending = Appending(connection, cluster_id)
            check(appending)
            return appending.revisions_for(changes)

    def items(self, kind: str | None = None) -> list[StoredItem]:
        """All items, or all of one kind, by kind and name."""
        query = select(tables.item).where(_item.cluster_id == self._cluster.id).order_by(_item.kind, _item.name)
        if kind is not None:
            query = query.where(_item.kind == kind)
        with self._database.read() as connection:
            return [item_from_row(row) for row in connection.execute(query)]

    def makers(self, kind: str) -> dict[int, Maker]:
        """Who made items of a kind what they are, and when, by their revisions."""
        same = and_(_change.cluster_id == _item.cluster_id, _change.revision == _item.revision)
        query = (
            select(_change.revision, _change.changed, _change.principal)
            .join_from(tables.item, tables.change, same)
            .where(_item.cluster_id == self._cluster.id, _item.kind == kind)
        )
        with self._database.read() as connection:
            return {row.revision: Maker(row.changed, row.principal) for row in connection.execute(query)}

    def item(self, kind: str, name: str) -> StoredItem:
        """One item; raises NotFound."""
        query = select(tables.item).where(_item.cluster_id == self._cluster.id, _item.kind == kind, _item.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no {kind} named {name!r}.", code="no-such-item")
        return item_from_row(row)

    def items_with_revision(self, kinds: Collection[str] | None = None) -> tuple[int, list[StoredItem]]:
        """All items, or those of these kinds, and the revision they add up to, from one moment."""
        # One statement, as that is what every database gives one consistent state for
        wanted = _item.cluster_id == _cluster.id
        if kinds is not None:
            wanted = and_(wanted, _item.kind.in_(sorted(kinds)))
        joined = tables.cluster.outerjoin(tables.item, wanted)
        query = (
            select(_cluster.revision.label("log_revision"), _item.kind, _item.name, _item.revision, _item.data)
            .select_from(joined)
            .where(_cluster.id == self._cluster.id)
            .order_by(_item.kind, _item.name)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return rows[0].log_revision, [item_from_row(row) for row in rows if row.kind is not None]

    def changes_after(self, revision: int, limit: int = 1000) -> list[LoggedChange]:
        """The changes that follow `revision`, oldest first and without a gap, at most `limit` of them."""
        return self.following(revision, limit).changes

    def following(self, revision: int, limit: int = 1000) -> Following:
        """The changes that follow `revision`, at most `limit` of them, and of which history they are."""
        bound = {"cluster": self._cluster.id, "after": revision, "most": limit}
        with self._database.read() as connection:
            generation = self._database.generation
            rows = connection.execute(_FOLLOWING, bound).all()
        if not rows:
            return Following(Position(0, f"{generation}//"), [])
        log = rows[0]
        position = _position(generation, log.log_revision, log.created, log.incarnation)
        return Following(position, [change_from_row(row) for row in rows if row.revision is not None])

    def history(self, kind: str, name: str, limit: int = 100) -> list[LoggedChange]:
        """What was done to one item, newest first; goes on across deletions."""
        return self.changes(WhichChanges(kind=kind, name=name), limit)

    def changes(self, which: WhichChanges, limit: int = 100) -> list[LoggedChange]:
        """Changes of all items, newest first, at most `limit` of those that are asked for."""
        equal = (
            (_change.kind, which.kind),
            (_change.name, which.name),
            (_change.action, None if which.action is None else which.action.value),
            (_change.principal, which.principal),
            (_change.cid, which.cid),
        )
        query = select(tables.change).where(_change.cluster_id == self._cluster.id)
        query = query.where(*(column == wanted for column, wanted in equal if wanted is not None))
        if which.since is not None:
            query = query.where(_change.changed >= which.since)
        if which.until is not None:
            query = query.where(_change.changed < which.until)
        if which.before is not None:
            query = query.where(_change.revision < which.before)
        query = query.order_by(_change.revision.desc()).limit(limit)
        with self._database.read() as connection:
            return [change_from_row(row) for row in connection.execute(query)]

    def deleted(self, kinds: Collection[str], before: int) -> set[tuple[str, str]]:
        """Kind and name of each item of these kinds that was deleted before a revision, as far as that is kept."""
        query = (
            select(_change.kind, _change.name)
            .where(
                _change.cluster_id == self._cluster.id,
                _change.kind.in_(sorted(kinds)),
                _change.action == Action.DELETE.value,
                _change.revision < before,
            )
            .distinct()
        )
        with self._database.read() as connection:
            return {(row.kind, row.name) for row in connection.execute(query)}

    def items_at(self, revision: int) -> list[StoredItem]:
        """All items as they were right after `revision`, by kind and name."""
        last = (
            select(_change.cluster_id, _change.kind, _change.name, func.max(_change.revision).label("revision"))
            .where(_change.cluster_id == self._cluster.id, _change.revision <= revision)
            .group_by(_change.cluster_id, _change.kind, _change.name)
            .subquery("last")
        )
        same = and_(_change.cluster_id == last.c.cluster_id, _change.revision == last.c.revision)
        query = (
            select(_change.kind, _change.name, _change.revision, _change.data)
            .join_from(tables.change, last, same)
            .where(_change.action != Action.DELETE.value)
            .order_by(_change.kind, _change.name)
        )
        with self._database.read() as connection:
            return [item_from_row(row) for row in connection.execute(query)]


def _position(generation: int, revision: int, created: datetime, incarnation: str | None) -> Position:
    return Position(revision, f"{generation}/{created.isoformat()}/{incarnation or ''}")
