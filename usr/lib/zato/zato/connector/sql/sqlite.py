"""Files of SQLite for services: by their names in one directory, and nothing of the machine beside them.

Whoever may write a configuration item need not be trusted with this machine. SQLite makes a file wherever it is told
to, and a path that it is told could be one of those by which Zato is told things.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from zato.config.kinds.sql_address import sqlite_name_error
from zato.core.errors import InvalidInput
from zato.sql.odb_mark import is_odb

_CANNOT = "unable to open database file"  # as the library itself says it
# The directory of temporary files is the whole process's; a schema that is written by hand can break the library
_REFUSED_PRAGMAS = frozenset({"temp_store_directory", "data_store_directory", "writable_schema"})


def file_in(directory: Path, database: str) -> Path:
    """The file that a URL names. Raises InvalidInput where it names no file of this directory.

    A path is taken that leads there: it was stored by a release that took any.
    """
    path = Path(database)
    name = path.name if path.is_absolute() and path.parent == directory else database
    error = sqlite_name_error(name)
    if error is not None:
        raise InvalidInput(f"{error}; such files are in {directory} (sqlite_directory in zato.toml)")
    return directory / name


def opener(path: Path, *, seconds: float, creates: bool) -> Callable[[], sqlite3.Connection]:
    """Opens the file each time it is called, `creates` it where it is not there; locks are waited for so long.

    What it returns runs statements on this file alone. It raises sqlite3.OperationalError.
    """

    def connect() -> sqlite3.Connection:
        _check(path, creates=creates)
        mode = "rwc" if creates else "rw"
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=seconds, check_same_thread=False
        )
        try:
            if is_odb(connection):
                raise sqlite3.OperationalError(f"{_CANNOT}: it is an ODB of Zato, which services may not use")
        except BaseException:
            connection.close()
            raise
        connection.isolation_level = None  # transactions begin where we say so, before reads and DDL too
        connection.set_authorizer(_allows)
        return connection

    return connect


def _check(path: Path, *, creates: bool) -> None:
    if creates:
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise sqlite3.OperationalError(f"{_CANNOT}: {path.parent} cannot be made: {error.strerror}") from error
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        if creates:
            return
        raise sqlite3.OperationalError(
            f"{_CANNOT}: {path} is not there yet; the first service that uses it makes it"
        ) from None
    except OSError as error:
        raise sqlite3.OperationalError(f"{_CANNOT}: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise sqlite3.OperationalError(f"{_CANNOT}: {path} is a link, or no file; put the file itself there")


def _allows(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    """SQLite's question, once for each statement that it prepares."""
    if action == sqlite3.SQLITE_ATTACH:
        # VACUUM attaches a temporary file, which has no name; a name that is not known before it is used is None
        allowed = first == ""
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() != "load_extension"
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() not in _REFUSED_PRAGMAS
    else:
        allowed = True
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
