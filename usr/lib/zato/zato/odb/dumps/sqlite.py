"""SQLite: its online backup, which keeps nobody from reading and writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from zato.core.errors import InvalidInput, ZatoError
from zato.host.files import open_plain
from zato.host.identity import as_owner_of
from zato.odb.database import Database
from zato.odb.dumps.facts import Facts, facts_of

_WAIT_SECONDS = 30.0
_BESIDE = ("-wal", "-shm", "-journal")


class SqliteDump:
    """The file itself, as the owner of the directory: whoever that is could have put something else there."""

    name = "odb.sqlite"

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, directory: Path) -> Facts:
        """Raises ZatoError where the ODB is damaged, or cannot be copied."""
        target = directory / self.name
        with as_owner_of(directory):
            try:
                with closing(_opened(Path(self._database.file or ""), "rw")) as source, closing(_new(target)) as copy:
                    source.backup(copy)
                    # A file of its own again, without a log beside it
                    copy.execute("PRAGMA journal_mode=DELETE")
                    damage = _damage(copy)
            except sqlite3.Error as error:
                raise ZatoError(
                    f"The ODB at {self._database.label} was not copied to {directory}: {error}.", code="backup-failed"
                ) from error
            if damage:
                raise ZatoError(
                    f"The ODB at {self._database.label} is damaged ({damage}), so a backup of it would be worth "
                    "nothing. Keep the last good one, and restore it.",
                    code="odb-damaged",
                )
            opened = Database(f"sqlite:///{target}")
            try:
                return facts_of(opened)
            finally:
                opened.dispose()

    def load(self, directory: Path) -> None:
        """Raises InvalidInput where the copy is damaged; OSError."""
        source, target = directory / self.name, Path(self._database.file or "")
        with as_owner_of(target.parent):
            for beside in _BESIDE:
                target.with_name(target.name + beside).unlink(missing_ok=True)
            with os.fdopen(open_plain(source), "rb") as copy, os.fdopen(_create(target), "wb") as file:
                shutil.copyfileobj(copy, file, 1024 * 1024)
                file.flush()
                os.fsync(file.fileno())
            try:
                with closing(_opened(target, "rw")) as loaded:
                    damage = _damage(loaded)
            except sqlite3.Error as error:
                damage = str(error)
            if damage:
                raise InvalidInput(f"The backup's ODB is damaged: {damage}.", code="backup-invalid")


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=_WAIT_SECONDS)


def _new(path: Path) -> sqlite3.Connection:
    os.close(_create(path))
    return _opened(path, "rw")


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)


def _damage(connection: sqlite3.Connection) -> str:
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    return "" if found == ["ok"] else "; ".join(found)
