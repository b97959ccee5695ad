"""Which file an SQLite ODB is: another one may be put in its place while processes have it open.

A connection goes on with the file that it has opened, whatever is at the path by then, and what it commits is lost with
it. So each use of one begins with a look at the path.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zato.host.logs import get_logger

_File = tuple[int, int]
_FILE = "zato_file"
_ATTEMPTS = 5
_log = get_logger("zato.odb")


class SqliteFile:
    """The file of one Database; threads share it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._current: _File | None = None
        self._journal: _File | None = None
        self._opened = threading.local()
        self.generation = 0
        """Grows whenever it is found to be another file."""

    def connect(self, connect: Callable[..., Any], arguments: Any, options: dict[str, Any]) -> Any:
        """A connection to what is at the path, which is not made where there is nothing. Raises sqlite3.Error."""
        for _ in range(_ATTEMPTS):
            before = _file(self._path)
            if before is None:
                raise sqlite3.OperationalError(
                    f"{self._path} is not there; put it back, or restore a backup of the cluster"
                )
            self._notice(before)
            connection = connect(*arguments, **options)
            if _file(self._path) == before:
                self._opened.file = before
                return connection
            connection.close()
        raise sqlite3.OperationalError(f"{self._path} is exchanged all the time")

    def opened(self, info: dict[Any, Any]) -> None:
        """To be called with the pool's facts on the connection that this thread has just made."""
        info[_FILE] = self._opened.file

    def is_same(self, info: dict[Any, Any]) -> bool:
        """Whether that connection's file is the one that is at the path now."""
        found = _file(self._path)
        if found is None or found != info.get(_FILE):
            return False
        journal = _file(f"{self._path}-wal")
        if journal is not None:
            self._journal = journal
        return True

    def _notice(self, found: _File) -> None:
        with self._lock:
            before, self._current = self._current, found
            if before is None or before == found:
                return
            self.generation += 1
            left = self._put_aside()
        _log.warning("The file of the ODB is another one now", path=self._path, put_aside=left)

    def _put_aside(self) -> str | None:
        """The log beside the path may be that of the file before: applied to the new one, it would destroy it."""
        journal = Path(f"{self._path}-wal")
        if self._journal is None or _file(str(journal)) != self._journal:
            return None
        left = journal.with_name(f"{journal.name}.left-{self._journal[1]}")
        try:
            journal.rename(left)
            Path(f"{self._path}-shm").unlink(missing_ok=True)
        except FileNotFoundError:  # another process was first
            return None
        return str(left)


def _file(path: str) -> _File | None:
    """The file at this path, None where there is none. Raises sqlite3.OperationalError, as the library itself does."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at each use of a connection
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # its directory, or its disk, does not even tell that
        raise sqlite3.OperationalError(f"unable to open database file: {error.strerror}") from error
    return found.st_dev, found.st_ino
