"""Deployments: every file that was ever handed in, what became of it, and which workers have loaded it."""

from __future__ import annotations

import builtins
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from zato.core.errors import NotFound
from zato.odb.database import Database
from zato.odb.log import CLUSTER_ID
from zato.odb.tables import deployment, report


class DeploymentState(StrEnum):
    """Checked in a child process, loaded beside the running version by all workers, then active or rejected."""

    CHECKING = "checking"
    STAGED = "staged"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version of one file. `form` is "py" or "zip"; `revision` is the one that activated it."""

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


@dataclass(frozen=True, slots=True)
class Report:
    """What one worker says about a staged deployment."""

    worker: str
    ok: bool
    reason: str | None


_COLUMNS = (
    deployment.c.id,
    deployment.c.file_name,
    deployment.c.module,
    deployment.c.form,
    deployment.c.sha256,
    deployment.c.size_bytes,
    deployment.c.author,
    deployment.c.cid,
    deployment.c.created_at,
    deployment.c.state,
    deployment.c.reason,
    deployment.c.reason_file,
    deployment.c.reason_line,
    deployment.c.services,
    deployment.c.revision,
)


class Deployments:
    """The deployments of one cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
    ) -> Deployment:
        """Keep a file that was handed in; its state is "checking"."""
        values: dict[str, Any] = {
            "cluster_id": CLUSTER_ID,
            "file_name": file_name,
            "module": module,
            "form": form,
            "sha256": sha256,
            "size_bytes": len(source),
            "source": source,
            "author": author,
            "cid": cid,
            "created_at": at,
            "state": DeploymentState.CHECKING.value,
        }
        with self._database.write() as connection:
            key = connection.execute(insert(deployment).values(values)).inserted_primary_key
        assert key is not None
        return self.get(int(key[0]))

    def get(self, deployment_id: int) -> Deployment:
        """One deployment. Raises NotFound."""
        query = select(*_COLUMNS).where(deployment.c.cluster_id == CLUSTER_ID, deployment.c.id == deployment_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no deployment {deployment_id}; zato service versions lists them.")
        return _deployment(row)

    def source(self, deployment_id: int) -> bytes:
        """The file as it was handed in. Raises NotFound."""
        query = select(deployment.c.source).where(deployment.c.id == deployment_id)
        with self._database.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound(f"There is no deployment {deployment_id}; zato service versions lists them.")
        return bytes(found)

    def list(self, limit: int = 100, file_name: str | None = None) -> list[Deployment]:
        """The newest first, those of one file where it is named."""
        query = select(*_COLUMNS).where(deployment.c.cluster_id == CLUSTER_ID)
        if file_name is not None:
            query = query.where(deployment.c.file_name == file_name)
        with self._database.read() as connection:
            return [_deployment(row) for row in connection.execute(query.order_by(deployment.c.id.desc()).limit(limit))]

    def in_state(self, state: DeploymentState) -> builtins.list[Deployment]:
        """All deployments in a state, oldest first."""
        query = select(*_COLUMNS).where(deployment.c.cluster_id == CLUSTER_ID, deployment.c.state == state.value)
        with self._database.read() as connection:
            return [_deployment(row) for row in connection.execute(query.order_by(deployment.c.id))]

    def set_state(
        self,
        deployment_id: int,
        expected: Collection[DeploymentState],
        new: DeploymentState,
        *,
        reason: str | None = None,
        reason_file: str | None = None,
        reason_line: int | None = None,
        services: tuple[str, ...] | None = None,
        revision: int | None = None,
    ) -> bool:
        """Move on from one of the expected states. True if this caller did it, False if another came first."""
        values: dict[str, Any] = {"state": new.value}
        if reason is not None:
            values |= {"reason": reason[:1000], "reason_file": reason_file, "reason_line": reason_line}
        if services is not None:
            values["services"] = json.dumps(services)
        if revision is not None:
            values["revision"] = revision
        query = (
            update(deployment)
            .where(deployment.c.id == deployment_id, deployment.c.state.in_([state.value for state in expected]))
            .values(values)
        )
        with self._database.write() as connection:
            return connection.execute(query).rowcount == 1

    def report(self, deployment_id: int, worker: str, ok: bool, reason: str | None, at: datetime) -> None:
        """Say once whether a worker could load a staged deployment."""
        values = {
            "deployment_id": deployment_id,
            "worker": worker,
            "ok": ok,
            "reason": reason[:1000] if reason else None,
            "reported_at": at,
        }
        with self._database.write() as connection:
            connection.execute(insert(report).values(values))

    def reports(self, deployment_id: int) -> builtins.list[Report]:
        """What the workers said so far."""
        query = select(report.c.worker, report.c.ok, report.c.reason).where(report.c.deployment_id == deployment_id)
        with self._database.read() as connection:
            return [Report(*row) for row in connection.execute(query.order_by(report.c.worker))]


def _deployment(row: Any) -> Deployment:
    values = list(row)
    values[9] = DeploymentState(values[9])
    values[13] = tuple(json.loads(values[13])) if values[13] else ()
    return Deployment(*values)
