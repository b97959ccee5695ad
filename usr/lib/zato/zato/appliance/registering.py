"""What comes before a server's start: the ODB is migrated and the server registered, as user zato, who has the ODB."""

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
    """Migrates the ODB to this release's tables. Needs no secrets: this user has those only within a unit."""
    _share_odb(LAYOUT)
    cluster = load_cluster(LAYOUT)
    database = open_odb(cluster)
    try:
        migrate.upgrade_existing(database, cluster.name)
    finally:
        database.dispose()


def register_server(number: int, layout: Layout = LAYOUT) -> None:
    """Gives server `number` its settings, under version control, and makes it known to the ODB.

    Where the ODB cannot be reached, a server with a snapshot on disk may start all the same: it serves from that.
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
    """Lets the agents, other users of the same group, open an SQLite ODB: even its readers write to files beside it.

    A file that was made or restored by hand may be open to its owner only.
    """
    os.umask(0o007)
    with contextlib.suppress(FileNotFoundError, PermissionError):
        layout.odb.chmod(0o660)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - for the journal
