"""Carrying a cluster from one ODB to another: no change is lost, and what was not compared is not used."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Row, Table, delete, func, insert, inspect, select

from zato.core.errors import Conflict, SetupError, ZatoError
from zato.odb import migrate, tables
from zato.odb.columns import Label, UtcDateTime
from zato.odb.contents import Contents, contents, pages
from zato.odb.database import Database
from zato.odb.migration_lock import migration_lock
from zato.odb.write_freeze import Stage, WriteFreeze, frozen_tables, place_of

Say = Callable[[str], None]

_marker = Table(
    "zt_copy",
    MetaData(),
    Column("name", Label(120), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("name", name="zt_copy_pk"),
    **tables.MYSQL_OPTIONS,
)
"""In the new ODB as long as the copy is not complete: whose it is. Not one of an ODB's own tables."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One table as it is in both ODBs."""

    table: str
    source: Contents
    target: Contents

    @property
    def equal(self) -> bool:
        return self.source == self.target


def move(source: Database, target: Database, say: Say) -> list[Compared]:
    """Copies everything, compares it, and leaves the source frozen for good: from now on the target is the ODB.

    Until then the source stays the ODB and refuses changes; HTTP goes on. An error lifts that. Where the process is
    killed it stays, and the same call starts the copy again. Calling it once more after it is complete compares
    nothing and returns an empty list. Raises SetupError where one of the two is not what it should be.
    """
    if source.label == target.label:
        raise SetupError(f"{target.label} is this cluster's ODB already; name another one.", code="odb-same")
    with _exclusive(source):
        _require_this_release(source)
        freeze = WriteFreeze(source)
        frozen = freeze.current()
        if frozen is not None and frozen.stage is Stage.MOVED:
            if frozen.place != place_of(target.label):
                raise SetupError(
                    f"The ODB at {source.label} was moved to {frozen.place}, and not to {target.label}.",
                    code="odb-moved",
                )
            _finish(freeze, target)
            return []
        prepare(source, target)
        try:
            say(f"No more changes are accepted at {source.label}")
            freeze.put(Stage.MOVING)
            _empty(target)
            for table in frozen_tables():
                copied = _copy(source, target, table)
                say(f"{table.name}: {copied} rows copied")
            say("Comparing")
            compared = [
                Compared(table.name, contents(source, table), contents(target, table)) for table in frozen_tables()
            ]
            different = [each.table for each in compared if not each.equal]
            if different:
                raise ZatoError(
                    f"The copy at {target.label} differs from {source.label} in {', '.join(different)}, so it is not "
                    "used. Repeat the command; if it happens again, something else writes to the new database.",
                    code="odb-copy-differs",
                )
        except BaseException:
            freeze.lift(Stage.MOVING)
            raise
        freeze.put(Stage.MOVED, target.label)
        _finish(freeze, target)
        return compared


def give_up(source: Database) -> bool:
    """Let an ODB whose move was interrupted be changed again; False where none was.

    Raises SetupError where the move was completed: then changes may have been made to the new ODB.
    """
    with _exclusive(source):
        freeze = WriteFreeze(source)
        frozen = freeze.current()
        if frozen is None:
            return False
        if frozen.stage is Stage.MOVED:
            raise SetupError(
                f"The ODB at {source.label} was moved to {frozen.place}, which cannot be given up any more: name that "
                "one by `zato odb use URL`, or move back from it to an empty database.",
                code="odb-moved",
            )
        freeze.lift(Stage.MOVING)
        return True


def require_complete(database: Database, cluster_name: str) -> None:
    """Raises SetupError where this is not the complete and current ODB of the cluster."""
    migrate.require_current(database)
    if _marked(database) is not None:
        raise SetupError(
            f"The ODB at {database.label} is a copy that was not completed; repeat `zato odb move`.",
            code="odb-copy-incomplete",
        )
    kept = _cluster_of(database)
    if kept is None or kept.name != cluster_name:
        found = "no cluster" if kept is None else f"the cluster {kept.name!r}"
        raise SetupError(f"The ODB at {database.label} keeps {found}, not {cluster_name!r}.", code="odb-other-cluster")
    frozen = WriteFreeze(database).current()
    if frozen is not None and frozen.stage is Stage.MOVED:
        raise SetupError(f"The ODB at {database.label} was moved to {frozen.place}; name that one.", code="odb-moved")


def prepare(source: Database, target: Database) -> None:
    """The target has the tables, a mark that says whose copy it is to be, and nothing that belongs to others."""
    ours = _cluster_of(source)
    if ours is None:
        raise SetupError(f"The ODB at {source.label} keeps no cluster yet.", code="odb-not-initialised")
    migrate.make_file(target)
    marked = _marked(target)
    if marked is None:
        _require_empty(target)
        with target.maintenance() as connection, connection.begin():
            _marker.create(connection, checkfirst=True)
            connection.execute(insert(_marker).values(name=ours.name, created=ours.created))
    elif (marked.name, marked.created) != (ours.name, ours.created):
        raise Conflict(
            f"The database at {target.label} has a part of a copy of another cluster, {marked.name!r}; name an empty "
            "one.",
            code="odb-not-empty",
        )
    migrate.upgrade(target)


def _require_this_release(source: Database) -> None:
    migrate.require_current(source)
    current = migrate.current_version(source)
    if current != migrate.head_version():
        raise SetupError(
            f"The ODB at {source.label} is at version {current} and this release knows {migrate.head_version()} only, "
            "so it would leave something behind; use the newest release that is installed anywhere in the cluster.",
            code="odb-version",
        )


def _require_empty(target: Database) -> None:
    with target.read() as connection:
        present = set(inspect(connection).get_table_names())
        known = [table for table in tables.metadata.sorted_tables if table.name in present]
        used = [table.name for table in known if connection.scalar(select(func.count()).select_from(table))]
    if used:
        raise Conflict(
            f"The database at {target.label} is not empty: it has rows in {', '.join(used)}. Name an empty one; "
            "nothing was changed in either.",
            code="odb-not-empty",
        )


def _marked(database: Database) -> Row[*tuple[Any, ...]] | None:
    """The mark of a copy that is not complete; a table without a row is what an attempt that broke off left."""
    with database.read() as connection:
        if not inspect(connection).has_table(_marker.name):
            return None
        return connection.execute(select(_marker)).one_or_none()


def _cluster_of(database: Database) -> Row[*tuple[Any, ...]] | None:
    query = select(tables.cluster.c.name, tables.cluster.c.created).order_by(tables.cluster.c.id).limit(1)
    with database.read() as connection:
        return connection.execute(query).one_or_none()


def _empty(target: Database) -> None:
    """Begin again rather than go on: what an interrupted copy left may be older than what the source has now."""
    for table in reversed(frozen_tables()):
        with target.maintenance() as connection, connection.begin():
            connection.execute(delete(table))


def _copy(source: Database, target: Database, table: Table) -> int:
    copied = 0
    for rows in pages(source, table):
        with target.write() as connection:
            connection.execute(insert(table), rows)
        copied += len(rows)
    _go_on_numbering(target, table)
    return copied


def _go_on_numbering(target: Database, table: Table) -> None:
    """The next row gets a number after those that were copied; SQLite and MySQL see to it themselves."""
    for column in table.c:
        if column.identity is None:
            continue
        if target.dialect == "postgresql":
            with target.write() as connection:
                last = connection.scalar(select(func.max(column)))
                if last is not None:
                    sequence = func.pg_get_serial_sequence(table.name, column.name)
                    connection.execute(select(func.setval(sequence, last)))
        elif target.dialect == "oracle":
            with target.write() as connection:
                connection.exec_driver_sql(
                    f"ALTER TABLE {table.name} MODIFY ({column.name} GENERATED BY DEFAULT AS IDENTITY "
                    "(START WITH LIMIT VALUE))"
                )


def _finish(freeze: WriteFreeze, target: Database) -> None:
    """What is left to do once the source is frozen for good; may be repeated."""
    freeze.lift(Stage.MOVING)
    with target.maintenance() as connection, connection.begin():
        _marker.drop(connection, checkfirst=True)


@contextmanager
def _exclusive(source: Database) -> Iterator[None]:
    """One move of an ODB at a time; whoever is killed lets go."""
    if source.file is None:
        with source.maintenance() as connection, migration_lock(source, connection):
            yield
        return
    # The directory, not the file: closing any descriptor of that would drop SQLite's own locks
    descriptor = os.open(Path(source.file).parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Conflict(f"The ODB at {source.label} is being moved by another process.", code="odb-moving") from error
    finally:
        os.close(descriptor)
