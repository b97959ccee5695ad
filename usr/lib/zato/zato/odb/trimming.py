"""Removing what is old, a few rows at a time, each few in a transaction of their own.

Nothing goes that is in use, or that a roll-back to a revision of the history that is kept would need.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select

from zato.odb import state, tables
from zato.odb.changes import Action
from zato.odb.cluster import Cluster
from zato.odb.database import Database
from zato.odb.deployments import DeploymentState
from zato.odb.log import ConfigurationLog
from zato.odb.messages import Messages

BATCH = 200
_DEPLOYMENT = "deployment"
_ENDED = (DeploymentState.REJECTED.value, DeploymentState.SUPERSEDED.value)

_audit = tables.audit.c
_change = tables.change.c
_cluster = tables.cluster.c
_deployment = tables.deployment.c
_item = tables.item.c


class Trimming:
    """Each method says how many rows it has removed: fewer than `limit` where there are no more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def audit(self, before: datetime, limit: int = BATCH) -> int:
        """Entries of the audit log from before then."""
        # By the key, in whose order they were written; for their time there is no index
        query = select(_audit.id, _audit.happened).where(_audit.cluster_id == self._cluster.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_audit.id).limit(limit)).all()
        old = []
        for row in rows:
            if row.happened >= before:
                break
            old.append(row.id)
        if old:
            with self._database.write() as connection:
                connection.execute(delete(tables.audit).where(_audit.id.in_(old)))
        return len(old)

    def dead_letters(self, before: datetime, limit: int = BATCH) -> int:
        """Dead letters that became ones before then."""
        return Messages(self._database).trim(before, limit)

    def begin_history(self, before: datetime) -> int:
        """Forbids roll-backs to before the last change that is older than that. Returns that change's revision."""
        mine = _change.cluster_id == self._cluster.id
        with self._database.read() as connection:
            kept = connection.scalar(select(func.min(_change.revision)).where(mine, _change.changed >= before))
            last = connection.scalar(select(func.max(_change.revision)).where(mine)) or 0
        until = int(last if kept is None else kept - 1)
        trimmed = ConfigurationLog(self._database).trimmed_revision()
        if until <= trimmed:
            return trimmed
        with self._database.write() as connection:
            connection.execute(select(_cluster.id).where(_cluster.id == self._cluster.id).with_for_update())
            state.put(connection, self._cluster.id, {"trimmed_revision": until})
        return until

    def history(self, until: int, limit: int = BATCH) -> int:
        """Changes up to that revision, except the last one of each item, which says what the item was then."""
        mine = and_(_change.cluster_id == self._cluster.id, _change.revision <= until)
        last = (
            select(_change.kind, _change.name, func.max(_change.revision).label("revision"))
            .where(mine)
            .group_by(_change.kind, _change.name)
            .subquery("last")
        )
        same = and_(_change.kind == last.c.kind, _change.name == last.c.name)
        replaced = or_(_change.revision < last.c.revision, _change.action == Action.DELETE.value)
        query = (
            select(_change.revision)
            .join_from(tables.change, last, same)
            .where(mine, replaced)
            .order_by(_change.revision)
            .limit(limit)
        )
        with self._database.read() as connection:
            old = connection.scalars(query).all()
        if old:
            which = (_change.cluster_id == self._cluster.id, _change.revision.in_(old))
            with self._database.write() as connection:
                connection.execute(delete(tables.change).where(*which))
        return len(old)

    def deployments(self, before: datetime, limit: int = BATCH) -> int:
        """Deployments from before then that are not active, and that no change which is kept has made active."""
        which = (
            _deployment.cluster_id == self._cluster.id,
            _deployment.created < before,
            _deployment.state.in_(_ENDED),
        )
        with self._database.read() as connection:
            found = connection.scalars(select(_deployment.id).where(*which).order_by(_deployment.id)).all()
        if not found:
            return 0
        needed = self._needed()
        old = [each for each in found if each not in needed][:limit]
        if old:
            with self._database.write() as connection:
                # One may have become active meanwhile
                locked = select(_deployment.id).where(*which, _deployment.id.in_(old)).with_for_update()
                ended = connection.scalars(locked).all()
                for table in (tables.report, tables.source):
                    connection.execute(delete(table).where(table.c.deployment_id.in_(ended)))
                connection.execute(delete(tables.deployment).where(_deployment.id.in_(ended)))
        return len(old)

    def _needed(self) -> set[int]:
        changes = select(_change.data).where(
            _change.cluster_id == self._cluster.id, _change.kind == _DEPLOYMENT, _change.data.is_not(None)
        )
        items = select(_item.data).where(_item.cluster_id == self._cluster.id, _item.kind == _DEPLOYMENT)
        with self._database.read() as connection:
            documents = [*connection.scalars(changes), *connection.scalars(items)]
        return {int(json.loads(document)["deployment_id"]) for document in documents if document}
