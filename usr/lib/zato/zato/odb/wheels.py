"""Wheels that were uploaded: pip finds them on each machine of the cluster, whether or not there is an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from zato.core.errors import Conflict, NotFound
from zato.core.wheels import ALL_WHEELS_BYTES_MAX
from zato.host import locks
from zato.host.files import write_atomically
from zato.odb import tables
from zato.odb.audit import AuditEntry, insert_entries
from zato.odb.cluster import Cluster
from zato.odb.database import Database

PART_BYTES = 1024 * 1024
_wheel = tables.wheel.c
_part = tables.wheel_part.c


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file; `sha256` is in hexadecimal."""

    id: int
    file_name: str
    sha256: str
    size_bytes: int
    author: str
    created: datetime


class Wheels:
    """The wheels of the cluster."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def all(self) -> list[Wheel]:
        """All of them, by name."""
        with self._database.read() as connection:
            return self._list(connection)

    def add(self, file_name: str, data: bytes, entry: AuditEntry) -> Wheel:
        """Keeps the file. It may be uploaded again, and never replaced: that raises Conflict (wheel-exists).

        Raises Conflict (wheels-full) where all of them would be too large.
        """
        digest = sha256(data).hexdigest()
        with self._database.write() as connection:
            self._lock(connection)
            there = {each.file_name: each for each in self._list(connection)}
            if file_name in there:
                if there[file_name].sha256 == digest:
                    return there[file_name]
                raise Conflict(
                    f"There is another {file_name} already; versions of a package differ in their names. Remove that "
                    "one first where it is not needed: zato packages discard NAME",
                    code="wheel-exists",
                )
            size = sum(each.size_bytes for each in there.values()) + len(data)
            if size > ALL_WHEELS_BYTES_MAX:
                raise Conflict(
                    f"The wheels would have {size} bytes together, and may have {ALL_WHEELS_BYTES_MAX}; remove some "
                    "with: zato packages discard NAME",
                    code="wheels-full",
                )
            row = {"file_name": file_name, "sha256": digest, "size_bytes": len(data), "author": entry.principal}
            made = insert(tables.wheel).values(cluster_id=self._cluster.id, created=entry.at, **row)
            key = connection.execute(made).inserted_primary_key
            assert key is not None
            wheel_id = int(key[0])
            for number, start in enumerate(range(0, len(data), PART_BYTES)):
                part = {"wheel_id": wheel_id, "part_number": number, "data": data[start : start + PART_BYTES]}
                connection.execute(insert(tables.wheel_part).values(part))
            insert_entries(connection, self._cluster.id, [entry])
            return next(each for each in self._list(connection) if each.id == wheel_id)

    def remove(self, file_name: str, entry: AuditEntry) -> None:
        """Removes the file; what was installed of it stays. Raises NotFound."""
        with self._database.write() as connection:
            self._lock(connection)
            found = next((each for each in self._list(connection) if each.file_name == file_name), None)
            if found is None:
                raise NotFound(f"There is no wheel {file_name[:100]!r}; zato packages wheels shows those there are.")
            connection.execute(delete(tables.wheel_part).where(_part.wheel_id == found.id))
            connection.execute(delete(tables.wheel).where(_wheel.id == found.id))
            insert_entries(connection, self._cluster.id, [entry])

    def put_into(self, directory: Path) -> None:
        """Has the directory have these wheels and no others, each with the SHA-256 that it was uploaded with.

        Raises Unavailable where the ODB is away, and OSError; what was there before is there then.
        """
        wanted = {each.file_name: each for each in self.all()}
        if not wanted and not directory.exists():
            return
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        with locks.exclusive(directory):
            for name, wheel in wanted.items():
                path = directory / name
                if not path.exists() or sha256(path.read_bytes()).hexdigest() != wheel.sha256:
                    data = b"".join(self._parts(wheel))
                    if sha256(data).hexdigest() == wheel.sha256:
                        write_atomically(path, data, mode=0o640)
                    else:  # it has just been removed, or is damaged: pip must not find what was there before
                        path.unlink(missing_ok=True)
            for path in directory.glob("*.whl"):
                if path.name not in wanted:
                    with suppress(FileNotFoundError):
                        path.unlink()

    def _parts(self, wheel: Wheel) -> Iterator[bytes]:
        for number in range(-(-wheel.size_bytes // PART_BYTES)):
            query = select(_part.data).where(_part.wheel_id == wheel.id, _part.part_number == number)
            with self._database.read() as connection:
                yield bytes(connection.scalar(query) or b"")

    def _list(self, connection: Connection) -> list[Wheel]:
        query = select(tables.wheel).where(_wheel.cluster_id == self._cluster.id).order_by(_wheel.file_name)
        return [
            Wheel(row.id, row.file_name, row.sha256, row.size_bytes, row.author, row.created)
            for row in connection.execute(query)
        ]

    def _lock(self, connection: Connection) -> None:
        """One change after the other: it is all wheels together that are bounded."""
        connection.execute(select(tables.cluster.c.id).where(tables.cluster.c.id == self._cluster.id).with_for_update())
