"""The ODB, for the checks that look into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zato.host.identity import as_owner_of
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.opening import open_odb


@contextmanager
def opened(layout: Layout, cluster: ClusterSettings) -> Iterator[Database]:
    """With the rights of whose it is: what SQLite writes, or removes, beside its file, too. Closed at the end."""
    database = open_odb(cluster)
    with as_owner_of(layout.odb.parent):
        try:
            yield database
        finally:
            database.dispose()
