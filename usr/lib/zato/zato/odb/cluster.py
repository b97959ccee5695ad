"""Which cluster of the ODB we are."""

from __future__ import annotations

from sqlalchemy import select

from zato.odb import tables
from zato.odb.database import Database
from zato.odb.failures import lost


class Cluster:
    """The one cluster that this ODB keeps. Its id is read when it is first needed, once for each database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id: int | None = None
        self._generation = 0

    @property
    def id(self) -> int:
        """Raises Unavailable(odb-not-initialised) where there is no cluster any more."""
        if self._id is None or self._generation != self._database.generation:
            with self._database.read() as connection:
                self._generation = self._database.generation
                self._id = connection.scalar(select(tables.cluster.c.id).order_by(tables.cluster.c.id).limit(1))
        if self._id is None:
            raise lost(self._database.label, self._database.dialect)
        return self._id
