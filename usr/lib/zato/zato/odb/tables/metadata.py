"""What all tables have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData

metadata = MetaData()

# Names differ by case, as they do in all other databases
MYSQL_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}

TRANSIENT = "zato_transient"
"""Key of a table's `info`: its rows are worth nothing a minute later, and a move to another ODB leaves them behind."""
