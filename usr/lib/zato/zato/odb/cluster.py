"""Which cluster of the ODB we are."""

from __future__ import annotations

from sqlalchemy import select

from zato.core.errors import SetupError
from zato.odb import tables
from zato.odb.database import Database


class Cluster:
    """The one cluster that this ODB keeps; its id is read once, when first needed, of each database that it is in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._id: int | None = None
        self._generation = 0

    @property
    def id(self) -> int:
        """Raises SetupError(odb-not-initialised) where `zato odb init` has not been run."""
        if self._id is None or self._generation != self._database.generation:
            with self._database.read() as connection:
                self._generation = self._database.generation
                self._id = connection.scalar(select(tables.cluster.c.id).order_by(tables.cluster.c.id).limit(1))
        if self._id is None:
            raise SetupError(
                f"The ODB at {self._database.label} keeps no cluster yet; run `zato odb init`.",
                code="odb-not-initialised",
            )
        return self._id
