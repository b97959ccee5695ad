"""Tables whose rows are worked on by one process at a time: what their columns mean, and which rows are meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, or_

from zato.odb.cluster import Cluster

Key = tuple[Any, ...]
"""Values of the columns that tell a row from every other one of its cluster, in the primary key's order."""
Conditions = tuple[ColumnElement[bool], ...]

_CHUNK = 500  # Oracle takes 1,000 members in an IN


class RowState(StrEnum):
    """Whether a row is there to be worked on."""

    WAITING = "waiting"
    """To be claimed once `due`. A claimed row is one whose `due` is when its claim expires."""
    DEAD = "dead"
    """A dead letter: claimed no more until somebody has it tried again. `due` is when it became one."""


class ClaimedTable:
    """A table with these columns, and an index by cluster_id, state and due:

    cluster_id, and the rest of the primary key; state, a RowState; due; fence, which grows with each claim; owner, the
    last claim's, where it gave a name; attempts; begun, whether somebody may have worked on it; reason, of the last
    failure.
    """

    def __init__(self, table: Table, cluster: Cluster) -> None:
        self.table = table
        self._cluster = cluster
        self.key = tuple(column for column in table.primary_key if column.name != "cluster_id")

    def all(self) -> Conditions:
        """All rows of the cluster."""
        return (self.table.c.cluster_id == self._cluster.id,)

    def in_state(self, state: RowState) -> Conditions:
        """All rows that are in it."""
        return (*self.all(), self.table.c.state == state.value)

    def among(self, keys: Sequence[Key]) -> Iterator[Conditions]:
        """The rows of these keys, in as many parts as every database takes."""
        for start in range(0, len(keys), _CHUNK):
            yield (*self.all(), self._one_of(keys[start : start + _CHUNK]))

    def key_of(self, row: Row[*tuple[Any, ...]]) -> Key:
        """Of a row that was read with the columns of the key."""
        return tuple(row._mapping[column] for column in self.key)

    def _one_of(self, keys: Sequence[Key]) -> ColumnElement[bool]:
        if len(self.key) == 1:
            return self.key[0].in_([value for (value,) in keys])
        # Not as tuples, for which MariaDB uses no index
        return or_(*(and_(*(column == value for column, value in zip(self.key, key, strict=True))) for key in keys))
