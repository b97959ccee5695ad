"""How much the ODB keeps, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from zato.odb import tables
from zato.odb.claimed_table import RowState
from zato.odb.cluster import Cluster
from zato.odb.database import Database

AUDIT, HISTORY, DEAD_LETTERS, DEPLOYMENTS = "audit", "history", "dead letters", "deployments"
_SIZES = {
    "postgresql": "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = "
    "c.relnamespace WHERE c.relkind = 'r' AND c.relname LIKE 'zt\\_%%' AND n.nspname = current_schema()",
    "mysql": "SELECT sum(data_length + index_length) FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_name LIKE 'zt\\_%%'",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows there are of something, and the time of the oldest."""

    what: str
    rows: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a while only, uploaded wheels, and the bytes of the whole ODB, where the database tells them."""

    figures: tuple[Figure, ...]
    odb_bytes: int | None
    wheels: int
    wheels_bytes: int


def kept(database: Database) -> Kept:
    """As it is now. It takes the database a while where there is much."""
    cluster_id = Cluster(database).id
    dead = tables.message.c.state == RowState.DEAD.value
    with database.read() as connection:
        figures = (
            _figure(connection, AUDIT, tables.audit, tables.audit.c.happened, cluster_id),
            _figure(connection, HISTORY, tables.change, tables.change.c.changed, cluster_id),
            _figure(connection, DEAD_LETTERS, tables.message, tables.message.c.due, cluster_id, dead),
            _figure(connection, DEPLOYMENTS, tables.deployment, tables.deployment.c.created, cluster_id),
        )
        sizes = select(func.count(), func.sum(tables.wheel.c.size_bytes)).where(tables.wheel.c.cluster_id == cluster_id)
        wheels, wheels_bytes = connection.execute(sizes).one()
        statement = _SIZES.get(database.dialect)
        size = None if statement is None else connection.exec_driver_sql(statement).scalar()
    if database.file is not None:
        size = sum(path.stat().st_size for path in _files(Path(database.file)) if path.exists())
    return Kept(figures, None if size is None else int(size), int(wheels), int(wheels_bytes or 0))


def _figure(
    connection: Connection, what: str, table: Table, time: ColumnElement[Any], cluster_id: int, *more: Any
) -> Figure:
    query = select(func.count(), func.min(time)).where(table.c.cluster_id == cluster_id, *more)
    rows, oldest = connection.execute(query).one()
    return Figure(what, int(rows), oldest)


def _files(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(f"{path.name}-wal")
