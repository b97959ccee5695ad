"""The request to all workers to load the code of a revision, or several deployments, as one, and what they say."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from zato.core.errors import Conflict
from zato.odb import tables
from zato.odb.cluster import Cluster
from zato.odb.database import Database
from zato.odb.deployments import Report

# Whoever asked for it has ended without taking it back.
STALE_AFTER = timedelta(seconds=60)

_staging = tables.staging.c
_report = tables.staging_report.c


@dataclass(frozen=True, slots=True)
class Staging:
    """All workers are to load what was active at `revision`, with `deployments` in place of their files' versions.

    `token` tells it from every other one.
    """

    token: str
    revision: int
    started: datetime
    deployments: tuple[int, ...] = ()


class Stagings:
    """The cluster has at most one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def begin(self, revision: int, at: datetime, deployments: tuple[int, ...] = ()) -> Staging:
        """Ask all workers. Raises Conflict (staging-in-progress) while somebody else's request stands."""
        staging = Staging(secrets.token_hex(16), revision, at, deployments)
        row = {
            "cluster_id": self._cluster.id,
            "token": staging.token,
            "revision": revision,
            "started": at,
            "deployments": json.dumps(list(deployments)) if deployments else None,
        }
        try:
            with self._database.write() as connection:
                stale = (_staging.cluster_id == self._cluster.id, _staging.started < at - STALE_AFTER)
                connection.execute(delete(tables.staging).where(*stale))
                connection.execute(insert(tables.staging).values(row))
                connection.execute(delete(tables.staging_report).where(_report.cluster_id == self._cluster.id))
        except Conflict as error:
            raise Conflict(
                "Another roll-back of the whole cluster, or deployment of several files, is under way; try again when "
                "it has ended.",
                code="staging-in-progress",
            ) from error
        return staging

    def current(self, now: datetime) -> Staging | None:
        """What is asked of the workers now."""
        query = select(tables.staging).where(_staging.cluster_id == self._cluster.id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or row.started < now - STALE_AFTER:
            return None
        return Staging(row.token, row.revision, row.started, tuple(json.loads(row.deployments or "[]")))

    def end(self, staging: Staging) -> None:
        """Take the request back; one that is not there any more is fine."""
        same = (_staging.cluster_id == self._cluster.id, _staging.token == staging.token)
        with self._database.write() as connection:
            connection.execute(delete(tables.staging).where(*same))

    def report(self, staging: Staging, worker: str, ok: bool, reason: str | None, at: datetime) -> None:
        """Note whether a worker could load it; a later report of the same worker replaces it."""
        key = {"cluster_id": self._cluster.id, "token": staging.token, "worker": worker}
        same = [tables.staging_report.c[name] == value for name, value in key.items()]
        with self._database.write() as connection:
            connection.execute(delete(tables.staging_report).where(*same))
            connection.execute(
                insert(tables.staging_report).values({**key, "succeeded": ok, "reason": reason, "reported": at})
            )

    def reports(self, staging: Staging) -> list[Report]:
        """What the workers said, by worker."""
        query = (
            select(tables.staging_report)
            .where(_report.cluster_id == self._cluster.id, _report.token == staging.token)
            .order_by(_report.worker)
        )
        with self._database.read() as connection:
            return [
                Report(row.worker, bool(row.succeeded), row.reason, row.reported) for row in connection.execute(query)
            ]
