"""The lighttpd that runs from a directory: when it read its files, and how it is told to read them again."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import AbstractContextManager
from pathlib import Path

from zato.agent.lighttpd.names import CLOSING, CONFIGURATION, PID
from zato.agent.managed.reloading import interrupted
from zato.host import locks
from zato.host.files import read_plain

_CLOSING_SECONDS = 1.2
_STARTING_SECONDS = 5.0
_POLL_SECONDS = 0.05


class RunningLighttpd:
    """Found by its pid file; `directory` is absolute. All methods may be called whether or not it runs."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def pid(self) -> int | None:
        """Its process id. A pid file that a crash left behind does not count, whoever has that id now."""
        try:
            pid = int(read_plain(self._directory / PID))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self._directory / CONFIGURATION).encode() in command else None

    def loaded_at(self) -> float | None:
        """When it last read its files (seconds of the wall clock); it writes its pid file with each reload."""
        try:
            return (self._directory / PID).stat().st_mtime if self.pid() is not None else None
        except FileNotFoundError:
            return None

    def reload(self, stop: threading.Event) -> bool:
        """Has it read its files again without losing a request; False where it did not.

        Raises SetupError, with the outcome open, where `stop` is set before that is known.

        lighttpd closes idle connections on a reload, just when HAProxy may be about to use one, and a POST cannot be
        sent twice. So connections are not kept for a second before: then HAProxy has none to use. Of two processes
        that reload it at the same time one waits for the other.
        """
        with self.exclusive():
            return self._reload(stop)

    def exclusive(self) -> AbstractContextManager[None]:
        """No other process, or thread, is within this at the same time: it waits."""
        return locks.exclusive(self._directory)

    def _reload(self, stop: threading.Event) -> bool:
        pid, before = self.pid(), self.loaded_at()
        if pid is None or before is None:
            return False
        closing = self._directory / CLOSING
        closing.touch()
        try:
            _pause(stop, _CLOSING_SECONDS)
            os.kill(pid, signal.SIGUSR1)
            for _ in range(round(_STARTING_SECONDS / _POLL_SECONDS)):
                loaded = self.loaded_at()
                if loaded is not None and loaded > before:
                    return True
                _pause(stop, _POLL_SECONDS)
            return False
        except ProcessLookupError:
            return False
        finally:
            closing.unlink(missing_ok=True)


def _pause(stop: threading.Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise interrupted("lighttpd")
