"""Deployments: every version of every file of services that was ever handed in, and what became of it."""

from __future__ import annotations

import builtins
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from zato.core.errors import Conflict, NotFound
from zato.odb import tables
from zato.odb.audit import UNKNOWN, Origin
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_deployment = tables.deployment.c
_report = tables.report.c
_source = tables.source.c


class DeploymentState(StrEnum):
    """Where a deployment stands. Active is what one file has at most one of; superseded once was active."""

    CHECKING = "checking"
    STAGED = "staged"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version of one file. `form` is "py" or "zip".

    `reason` and where it lies say why it was rejected; `revision` is the one that activated it.
    """

    id: int
    file_name: str
    module: str
    form: str
    sha256: str
    size_bytes: int
    author: str
    cid: str
    created: datetime
    state: DeploymentState
    reason: str | None
    reason_file: str | None
    reason_line: int | None
    services: tuple[str, ...]
    revision: int | None
    origin: Origin = UNKNOWN


@dataclass(frozen=True, slots=True)
class Report:
    """Whether one worker could load a staged deployment."""

    worker: str
    ok: bool
    reason: str | None
    at: datetime


class Deployments:
    """The deployments of the cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def add(
        self,
        *,
        file_name: str,
        module: str,
        form: str,
        sha256: str,
        source: bytes,
        author: str,
        cid: str,
        at: datetime,
        origin: Origin = UNKNOWN,
    ) -> Deployment:
        """Keep a new version, in state checking."""
        row: dict[str, Any] = {
            "cluster_id": self._cluster.id,
            "file_name": file_name,
            "module": module,
            "form": form,
            "sha256": sha256,
            "size_bytes": len(source),
            "author": author,
            "cid": cid,
            "created": at,
            "state": DeploymentState.CHECKING.value,
            "services": "[]",
            "address": origin.address,
            "through": origin.through,
        }
        with self._database.write() as connection:
            key = connection.execute(insert(tables.deployment).values(row)).inserted_primary_key
            deployment_id = int(key[0]) if key is not None else 0
            connection.execute(insert(tables.source).values(deployment_id=deployment_id, source=source or None))
        return self.get(deployment_id)

    def source(self, deployment_id: int) -> bytes:
        """The file itself; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(select(_source.source).where(_source.deployment_id == deployment_id)).one_or_none()
        if row is None:
            raise _missing(deployment_id)
        return bytes(row.source or b"")

    def get(self, deployment_id: int) -> Deployment:
        """One deployment; raises NotFound."""
        query = select(tables.deployment).where(
            _deployment.cluster_id == self._cluster.id, _deployment.id == deployment_id
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _missing(deployment_id)
        return _from_row(row)

    def list(self, limit: int = 100, file_name: str | None = None) -> list[Deployment]:
        """The newest first, of all files or of one."""
        query = select(tables.deployment).where(_deployment.cluster_id == self._cluster.id)
        if file_name is not None:
            query = query.where(_deployment.file_name == file_name)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(_deployment.id.desc()).limit(limit)).all()
        return [_from_row(row) for row in rows]

    def in_state(self, state: DeploymentState) -> builtins.list[Deployment]:
        """All deployments in a state, the oldest first."""
        query = (
            select(tables.deployment)
            .where(_deployment.cluster_id == self._cluster.id, _deployment.state == state.value)
            .order_by(_deployment.id)
        )
        with self._database.read() as connection:
            return [_from_row(row) for row in connection.execute(query)]

    def set_state(
        self,
        deployment_id: int,
        expected: Collection[DeploymentState],
        new: DeploymentState,
        *,
        reason: str | None = None,
        reason_file: str | None = None,
        reason_line: int | None = None,
        services: Collection[str] | None = None,
        revision: int | None = None,
    ) -> bool:
        """Move on from one of `expected` to `new`; True for the one caller that did it, False where it was not there.

        What is given replaces what is kept; what is None stays. Staging begins without reports: those of an earlier
        time at which the same version was staged are dropped.
        """
        values: dict[str, Any] = {"state": new.value}
        if reason is not None:
            values |= {"reason": reason, "reason_file": reason_file, "reason_line": reason_line}
        if services is not None:
            values["services"] = json.dumps(list(services))
        if revision is not None:
            values["revision"] = revision
        statement = (
            update(tables.deployment)
            .where(
                _deployment.cluster_id == self._cluster.id,
                _deployment.id == deployment_id,
                _deployment.state.in_(sorted(state.value for state in expected)),
            )
            .values(values)
        )
        with self._database.write() as connection:
            done = connection.execute(statement).rowcount == 1
            if done and new is DeploymentState.STAGED:
                connection.execute(delete(tables.report).where(_report.deployment_id == deployment_id))
            return done

    def report(self, deployment_id: int, worker: str, ok: bool, reason: str | None, at: datetime) -> None:
        """Note whether a worker could load the deployment; a later report of the same worker replaces it."""
        same = (_report.deployment_id == deployment_id, _report.worker == worker)
        try:
            with self._database.write() as connection:
                connection.execute(delete(tables.report).where(*same))
                connection.execute(
                    insert(tables.report).values(
                        deployment_id=deployment_id, worker=worker, succeeded=ok, reason=reason, reported=at
                    )
                )
        except Conflict as error:
            raise _missing(deployment_id) from error

    def reports(self, deployment_id: int) -> builtins.list[Report]:
        """What the workers said, by worker."""
        query = select(tables.report).where(_report.deployment_id == deployment_id).order_by(_report.worker)
        with self._database.read() as connection:
            return [
                Report(row.worker, bool(row.succeeded), row.reason, row.reported) for row in connection.execute(query)
            ]


def _missing(deployment_id: int) -> NotFound:
    return NotFound(f"There is no deployment {deployment_id}.")


def _from_row(row: Row[*tuple[Any, ...]]) -> Deployment:
    return Deployment(
        id=row.id,
        file_name=row.file_name,
        module=row.module,
        form=row.form,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        author=row.author,
        cid=row.cid,
        created=row.created,
        state=DeploymentState(row.state),
        reason=row.reason,
        reason_file=row.reason_file,
        reason_line=row.reason_line,
        services=tuple(json.loads(row.services)),
        revision=row.revision,
        origin=Origin(row.address, row.through),
    )
