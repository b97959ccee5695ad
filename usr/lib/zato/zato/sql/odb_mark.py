"""How a file of SQLite is known to be an ODB."""

from __future__ import annotations

import sqlite3

ODB_TABLE = "zt_change"
"""The table of the configuration's log, which every ODB has."""


def is_odb(connection: sqlite3.Connection) -> bool:
    """Whether a file of SQLite is an ODB, which services must not write to: the admin API alone keeps its log true."""
    try:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (ODB_TABLE,)).fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:  # no database at all, which statements will be told
        return False
    return found is not None
