"""The lock that a running cluster holds on its directory."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from shlex import quote

from zato.core.errors import SetupError

_RETRY_SECONDS = 0.5


class RunLock:
    """Held as long as a cluster runs from a directory. The kernel releases it when the process ends, however it ends.

    The file has the holder's process id, which means something only as long as the lock is held.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> int:
        """The descriptor that holds the lock. Raises SetupError where another process holds it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + _RETRY_SECONDS
        while not _locked(file, fcntl.LOCK_EX):
            if time.monotonic() > deadline:  # longer than somebody takes to look who the holder is
                os.close(file)
                raise SetupError(
                    f"The cluster in {self._path.parent.parent} is running already, under process {self.holder()}; "
                    f"end it with Ctrl-C there, or with: zato quickstart stop {quote(str(self._path.parent.parent))}",
                    code="already-running",
                )
            time.sleep(0.02)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return file

    def holder(self) -> int | None:
        """The process that holds the lock now, None where none does."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if _locked(file, fcntl.LOCK_SH):
                return None
            text = os.pread(file, 20, 0).strip()
            return int(text) if text.isdigit() else None
        finally:
            os.close(file)


def _locked(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
