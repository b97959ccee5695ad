"""What a copy of an ODB holds, by which it is known again after it was loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from zato.odb import tables
from zato.odb.contents import Contents, Readable, contents
from zato.odb.write_freeze import frozen_tables

_COUNTED = {
    "items": tables.item,
    "changes": tables.change,
    "deployments": tables.deployment,
    "messages": tables.message,
    "audit entries": tables.audit,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """`counts` are for people."""

    revision: int
    counts: dict[str, int]
    tables: dict[str, Contents]


class Moment:
    """What one transaction sees, for whoever asks a Database: whatever others change meanwhile, it stays the same."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self._connection


def facts_of(readable: Readable, *, hashed: bool = True) -> Facts:
    """What all tables that a move carries hold; without hashes, `tables` is empty."""
    found = {table.name: contents(readable, table) for table in frozen_tables()} if hashed else {}
    with readable.read() as connection:
        revision = connection.scalar(select(func.max(tables.cluster.c.revision))) or 0
        counts = {name: _count(connection, table.name) for name, table in _COUNTED.items()}
    return Facts(int(revision), counts, found)


def rows_of(readable: Readable, names: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has."""
    with readable.read() as connection:
        return {name: _count(connection, name) for name in names}


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.count()).select_from(tables.metadata.tables[name])) or 0
