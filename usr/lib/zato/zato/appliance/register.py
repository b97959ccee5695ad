"""A server of this machine becomes one of the cluster: as user zato, who has the ODB."""

from __future__ import annotations

import contextlib
import os

from zato.core.errors import Unavailable
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.odb import migrate
from zato.odb.opening import open_odb
from zato.quickstart.create import register, write_server_settings


def migrate_odb() -> None:
    """The ODB has this release's tables. Needs no secrets, which this user has as part of a unit only."""
    _share_odb(LAYOUT)
    cluster = load_cluster(LAYOUT)
    database = open_odb(cluster)
    try:
        migrate.upgrade_existing(database, cluster.name)
    finally:
        database.dispose()


def register_server(number: int, layout: Layout = LAYOUT) -> None:
    """Server `number` has its settings, under version control, and is in the ODB.

    Where the ODB is away, a server that has been there before serves from its snapshot, so it is to start.
    """
    _share_odb(layout)
    write_server_settings(layout, number, {})
    try:
        register(layout, load_cluster(layout), (number,), _say)
    except Unavailable as error:
        if not layout.server(number).snapshot.exists():
            raise
        _say(f"Server {number} starts with the configuration that it knew last: {error.message}")


def _share_odb(layout: Layout) -> None:
    """The agents, other users of the same group, read the ODB, and SQLite's readers write beside it.

    One that was made or put back by hand is its user's alone.
    """
    os.umask(0o007)
    with contextlib.suppress(FileNotFoundError, PermissionError):
        layout.odb.chmod(0o660)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - for the journal
