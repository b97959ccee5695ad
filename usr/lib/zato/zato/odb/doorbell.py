"""The embedded doorbell: a cheap hint that the log may have grown."""

from __future__ import annotations

from pathlib import Path

from zato.odb.database import Database


class Doorbell:
    """For SQLite it compares the files' signatures, which takes microseconds; elsewhere it says "maybe" more slowly."""

    def __init__(self, database: Database) -> None:
        path = database.url.database if database.dialect == "sqlite" else None
        self._paths = () if not path else (path, f"{path}-wal")
        self._last: tuple[object, ...] = ()
        self.interval_seconds = 0.02 if self._paths else 0.2

    def changed(self) -> bool:
        """Whether it is worth reading the log now."""
        if not self._paths:
            return True
        signature = tuple(_signature(path) for path in self._paths)
        if signature == self._last:
            return False
        self._last = signature
        return True


def _signature(path: str) -> tuple[int, int, int] | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
