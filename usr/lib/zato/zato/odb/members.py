"""The servers of a cluster and their workers: who is alive and what each has applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from zato.odb.database import Database
from zato.odb.log import CLUSTER_ID
from zato.odb.tables import server as server_table
from zato.odb.tables import worker as worker_table


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker process; `beat` is when it last said that it is alive."""

    server: int
    worker: str
    started: datetime
    beat: datetime
    applied_revision: int


@dataclass(frozen=True, slots=True)
class ServerRow:
    """One server."""

    number: int
    host: str
    version: str
    registered: datetime


class Members:
    """Registration and liveness."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register_server(self, number: int, host: str, version: str, at: datetime) -> None:
        """Add a server or renew its registration."""
        key = (server_table.c.cluster_id == CLUSTER_ID, server_table.c.server_number == number)
        with self._database.write() as connection:
            connection.execute(delete(server_table).where(*key))
            connection.execute(
                insert(server_table).values(
                    cluster_id=CLUSTER_ID, server_number=number, host=host, version=version, registered_at=at
                )
            )

    def servers(self) -> list[ServerRow]:
        query = select(
            server_table.c.server_number, server_table.c.host, server_table.c.version, server_table.c.registered_at
        ).where(server_table.c.cluster_id == CLUSTER_ID)
        with self._database.read() as connection:
            return [ServerRow(*row) for row in connection.execute(query.order_by(server_table.c.server_number))]

    def register_worker(self, server: int, worker: str, at: datetime) -> None:
        """Add a worker that starts; its applied revision is 0 until it says otherwise."""
        with self._database.write() as connection:
            connection.execute(delete(worker_table).where(_is(worker)))
            connection.execute(
                insert(worker_table).values(
                    cluster_id=CLUSTER_ID,
                    worker=worker,
                    server_number=server,
                    started_at=at,
                    beat_at=at,
                    applied_revision=0,
                )
            )

    def beat(self, worker: str, applied_revision: int, at: datetime) -> None:
        """Say that a worker is alive and what it serves from."""
        with self._database.write() as connection:
            connection.execute(
                update(worker_table).where(_is(worker)).values(beat_at=at, applied_revision=applied_revision)
            )

    def forget(self, worker: str) -> None:
        """Remove a worker that has ended."""
        with self._database.write() as connection:
            connection.execute(delete(worker_table).where(_is(worker)))

    def workers(self, server: int | None = None) -> list[WorkerRow]:
        """All registered workers, or those of one server, oldest first."""
        query = select(
            worker_table.c.server_number,
            worker_table.c.worker,
            worker_table.c.started_at,
            worker_table.c.beat_at,
            worker_table.c.applied_revision,
        ).where(worker_table.c.cluster_id == CLUSTER_ID)
        if server is not None:
            query = query.where(worker_table.c.server_number == server)
        with self._database.read() as connection:
            return [WorkerRow(*row) for row in connection.execute(query.order_by(worker_table.c.started_at))]


def _is(worker: str) -> ColumnElement[bool]:
    return and_(worker_table.c.cluster_id == CLUSTER_ID, worker_table.c.worker == worker)
