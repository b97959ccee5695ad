"""Watches the pickup directory and hands its files to the server, several at the same time."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from inotify_simple import INotify, flags

from zato.host.logs import get_logger
from zato.host.watchdog import Watchdog
from zato.hotdeploy.deploying import Deploying
from zato.hotdeploy.pickup import files, is_link, wanted

_log = get_logger("zato.hotdeploy")
# Files whose check takes its whole time limit must not hold up the others.
_AT_ONCE = 8
_WAKE_MS = 500
_CHANGED = flags.CLOSE_WRITE | flags.MOVED_TO
_GONE = flags.DELETE | flags.MOVED_FROM
_UNWATCHED = flags.IGNORED | flags.MOVE_SELF


class PickupDaemon:
    """A file that was closed after writing, or moved in, is deployed. Deleting one undeploys nothing."""

    def __init__(self, directory: Path, deploying: Deploying, stop: threading.Event, watchdog: Watchdog) -> None:
        self._directory = directory
        self._deploying = deploying
        self._stop = stop
        self._watchdog = watchdog
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        # Names that wait, with whether they may be skipped if they are known, and names that are being worked on.
        self._pending: dict[str, bool] = {}
        self._busy: set[str] = set()

    def run(self) -> None:
        """Until told to stop. What changed while nobody watched is deployed first."""
        for number in range(_AT_ONCE):
            threading.Thread(target=self._work, name=f"deploy-{number}", daemon=True).start()
        while not self._stop.is_set():
            self._directory.mkdir(mode=0o770, parents=True, exist_ok=True)
            with INotify() as watch:
                watch.add_watch(self._directory, _CHANGED | _GONE | flags.CREATE | flags.MOVE_SELF | flags.ONLYDIR)
                # Watched first and listed then: a file that comes in between is seen twice, which does no harm.
                self._scan()
                self._watchdog.ready()
                self._follow(watch)

    def _follow(self, watch: INotify) -> None:
        """Until told to stop, or the directory itself is moved or deleted."""
        while not self._stop.is_set():
            for event in watch.read(timeout=_WAKE_MS):
                if event.mask & flags.Q_OVERFLOW:
                    _log.warning("More files came at once than could be noted; looking at all of them")
                    self._scan()
                elif event.mask & _UNWATCHED:
                    _log.warning("The pickup directory was moved or deleted; making it anew", path=str(self._directory))
                    return
                elif wanted(event.name):
                    made = event.mask & flags.CREATE and is_link(self._directory / event.name)
                    if event.mask & _CHANGED or made:
                        self._submit(event.name, if_new=False)
                    elif event.mask & _GONE and not (self._directory / event.name).exists():
                        self._deploying.gone(event.name)
            self._watchdog.turn()

    def _scan(self) -> None:
        for name in files(self._directory):
            self._submit(name, if_new=True)

    def _submit(self, name: str, *, if_new: bool) -> None:
        """One file has one attempt under way at a time; a change meanwhile is looked at after it."""
        with self._lock:
            known = name in self._pending
            self._pending[name] = if_new and self._pending.get(name, True)
            if not known and name not in self._busy:
                self._waiting.put(name)

    def _work(self) -> None:
        while True:
            name = self._waiting.get()
            with self._lock:
                if_new = self._pending.pop(name)
                self._busy.add(name)
            try:
                again = self._deploying.deploy(name, if_new=if_new)
            except Exception:  # noqa: BLE001 - the outermost loop of a thread that must not end
                _log.exception("A file could not be handled", file=name)
                again = ()
            with self._lock:
                self._busy.discard(name)
                if name in self._pending:
                    self._waiting.put(name)
            for other in again:
                self._submit(other, if_new=False)
