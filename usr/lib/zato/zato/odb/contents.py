"""What a table holds, in pages and as a hash that is the same on every database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Table, and_, or_, select

_ROWS = 500
_ROWS_WITH_FILES = 5  # each may have megabytes

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """How many rows a table has, and a SHA-256 over them, in hexadecimal."""

    rows: int
    sha256: str


class Readable(Protocol):
    """A zato.odb.database.Database, or what one transaction sees of it."""

    def read(self) -> AbstractContextManager[Connection]: ...


def pages(database: Readable, table: Table) -> Iterator[list[Row]]:
    """All rows by primary key, a few at a time, each page in a transaction of its own."""
    size = _ROWS_WITH_FILES if any(isinstance(column.type, LargeBinary) for column in table.c) else _ROWS
    keys = list(table.primary_key.columns)
    query = select(table).order_by(*keys).limit(size)
    last: Row | None = None
    while True:
        page = query if last is None else query.where(_after(keys, last))
        with database.read() as connection:
            rows = [dict(row) for row in connection.execute(page).mappings()]
        if rows:
            yield rows
        if len(rows) < size:
            return
        last = rows[-1]


def contents(database: Readable, table: Table) -> Contents:
    """Rows are hashed one by one and their hashes sorted: databases sort names differently."""
    digests = [_digest(table, row) for page in pages(database, table) for row in page]
    return Contents(len(digests), hashlib.sha256(b"".join(sorted(digests))).hexdigest())


def _after(keys: Sequence[Column[Any]], last: Row) -> ColumnElement[bool]:
    """Written out, as Oracle compares no tuples."""
    return or_(
        *(
            and_(*(key == last[key.name] for key in keys[:index]), keys[index] > last[keys[index].name])
            for index in range(len(keys))
        )
    )


def _digest(table: Table, row: Row) -> bytes:
    values = [_canonical(row[column.name]) for column in table.columns]
    return hashlib.sha256(json.dumps(values).encode()).digest()


def _canonical(value: object) -> object:
    """With its type, so that no two different values look the same."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return ["at", value.isoformat(timespec="microseconds")]
        case bytes() | bytearray() | memoryview():
            return ["bytes", hashlib.sha256(value).hexdigest()]
        case _:
            return [type(value).__name__, str(value)]
