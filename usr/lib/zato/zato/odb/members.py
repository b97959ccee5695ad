"""Which servers and workers there are, how recently they were heard of, and what each has applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, or_, select, update

from zato.core.errors import Conflict
from zato.odb import tables
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_worker = tables.worker.c
# Done by each worker about once a second: to put it together takes as long as to do it
_BEAT = (
    update(tables.worker)
    .where(_worker.cluster_id == bindparam("of_cluster"), _worker.worker == bindparam("of_worker"))
    .values({name: bindparam(name) for name in ("beat", "applied_revision", "in_flight", "resident_bytes")})
)
_server = tables.server.c


@dataclass(frozen=True, slots=True)
class Load:
    """Requests that a worker has and has not answered, and the memory that it takes; None where that is not known."""

    in_flight: int | None = None
    resident_bytes: int | None = None


UNKNOWN_LOAD = Load()


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process of a server that executes services; `applied_revision` is what it serves by."""

    server: int
    worker: str
    started: datetime
    beat: datetime
    applied_revision: int
    load: Load = UNKNOWN_LOAD


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server of the cluster, as it introduced itself when it last started."""

    number: int
    host: str
    version: str
    registered: datetime


class Members:
    """The members of the cluster. Who is alive follows from `beat`, and the reader decides how old it may be."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def register_server(self, number: int, host: str, version: str, at: datetime) -> None:
        """Add the server, or replace what it said before."""
        self._put(tables.server, {"server_number": number}, {"host": host, "version": version, "registered": at})

    def servers(self) -> list[ServerRow]:
        """All servers by number."""
        query = select(tables.server).where(_server.cluster_id == self._cluster.id).order_by(_server.server_number)
        with self._database.read() as connection:
            return [
                ServerRow(row.server_number, row.host, row.version, row.registered) for row in connection.execute(query)
            ]

    def remove_server(self, number: int) -> None:
        """The server and its workers are listed no longer; one that is not there is fine."""
        cluster_id = self._cluster.id
        with self._database.write() as connection:
            connection.execute(
                delete(tables.worker).where(_worker.cluster_id == cluster_id, _worker.server_number == number)
            )
            connection.execute(
                delete(tables.server).where(_server.cluster_id == cluster_id, _server.server_number == number)
            )

    def register_worker(self, server: int, worker: str, at: datetime) -> None:
        """Add the worker, with nothing applied yet; `worker` is unique in the cluster."""
        values = {"server_number": server, "started": at, "beat": at, "applied_revision": 0}
        self._put(tables.worker, {"worker": worker}, values)

    def beat(
        self, worker: str, applied_revision: int, at: datetime, load: Load = UNKNOWN_LOAD, *, announced: bool = True
    ) -> bool:
        """Note that the worker lives, and how; False where it was forgotten and has to register.

        What is not `announced` makes nobody look.
        """
        values = {
            "of_cluster": self._cluster.id,
            "of_worker": worker,
            "beat": at,
            "applied_revision": applied_revision,
            "in_flight": load.in_flight,
            "resident_bytes": load.resident_bytes,
        }
        with self._database.write(announced=announced) as connection:
            return connection.execute(_BEAT, values).rowcount == 1

    def forget(self, worker: str) -> None:
        """Remove the worker; one that is not there is fine."""
        statement = delete(tables.worker).where(_worker.cluster_id == self._cluster.id, _worker.worker == worker)
        with self._database.write() as connection:
            connection.execute(statement)

    def forget_silent(self, server: int, since: datetime, ahead: datetime) -> list[str]:
        """Remove the server's workers that were not heard of since then, and return their names.

        Also those that were heard of after `ahead`, which is yet to come: their machine's clock was put back since.
        """
        with self._database.write() as connection:
            silent = (
                _worker.cluster_id == self._cluster.id,
                _worker.server_number == server,
                or_(_worker.beat < since, _worker.beat > ahead),
            )
            found = connection.scalars(select(_worker.worker).where(*silent).order_by(_worker.worker)).all()
            # With the condition again: one of them may beat in between
            return [
                worker
                for worker in found
                if connection.execute(delete(tables.worker).where(*silent, _worker.worker == worker)).rowcount == 1
            ]

    def workers(self, server: int | None = None) -> list[WorkerRow]:
        """All workers, or those of one server, by server and name."""
        query = (
            select(tables.worker)
            .where(_worker.cluster_id == self._cluster.id)
            .order_by(_worker.server_number, _worker.worker)
        )
        if server is not None:
            query = query.where(_worker.server_number == server)
        with self._database.read() as connection:
            return [
                WorkerRow(
                    row.server_number,
                    row.worker,
                    row.started,
                    row.beat,
                    row.applied_revision,
                    Load(row.in_flight, row.resident_bytes),
                )
                for row in connection.execute(query)
            ]

    def _put(self, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
        key = {"cluster_id": self._cluster.id, **key}
        change = update(table).where(*(table.c[name] == value for name, value in key.items())).values(values)
        try:
            with self._database.write() as connection:
                if connection.execute(change).rowcount == 0:
                    connection.execute(insert(table).values({**key, **values}))
        except Conflict:  # another process inserted the same row in between
            with self._database.write() as connection:
                connection.execute(change)
