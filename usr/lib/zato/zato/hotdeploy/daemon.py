"""Watches the pickup directory and hands its files to the server, a few at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from inotify_simple import INotify, flags

from zato.client.api import ApiClient
from zato.core.clock import Clock
from zato.core.errors import Unavailable, ZatoError
from zato.host.logs import get_logger
from zato.hotdeploy.pickup import clear_error, wanted, write_error

_log = get_logger("zato.hotdeploy")
_AT_ONCE = 4
_RETRY_SECONDS = 1.0
_WAKE_MS = 500


class PickupDaemon:
    """A file that was closed after writing, or moved in, is deployed. Deleting one undeploys nothing."""

    def __init__(self, directory: Path, client: ApiClient, clock: Clock) -> None:
        self._directory = directory
        self._client = client
        self._clock = clock
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="deploy")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._again: set[str] = set()

    def stop(self, *_: object) -> None:
        self._stop.set()

    def run(self) -> None:
        """Until `stop`. What changed while nobody watched is deployed first."""
        with INotify() as watch:
            watch.add_watch(self._directory, flags.CLOSE_WRITE | flags.MOVED_TO | flags.ONLYDIR)
            self._scan()
            while not self._stop.is_set():
                for event in watch.read(timeout=_WAKE_MS):
                    if event.mask & flags.Q_OVERFLOW:
                        self._scan()
                    elif wanted(event.name):
                        self._submit(event.name)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _scan(self) -> None:
        for path in sorted(self._directory.iterdir()):
            if wanted(path.name) and path.is_file():
                self._submit(path.name)

    def _submit(self, name: str) -> None:
        # One file at a time has one attempt under way; a change meanwhile is looked at after it.
        with self._lock:
            if name in self._busy:
                self._again.add(name)
                return
            self._busy.add(name)
        self._pool.submit(self._work, name)

    def _work(self, name: str) -> None:
        try:
            self._deploy(self._directory / name)
        except Exception:  # the pool would keep it to itself
            _log.exception("A file could not be handled", file=name)
        with self._lock:
            self._busy.discard(name)
            again = name in self._again
            self._again.discard(name)
        if again and not self._stop.is_set():
            self._submit(name)

    def _deploy(self, path: Path) -> None:
        waiting = False
        while not self._stop.is_set():
            try:
                source = path.read_bytes()
            except OSError:
                return  # gone again
            try:
                found = self._client.deploy(path.name, source)
            except Unavailable as error:
                if not waiting:
                    _log.warning("Waiting for the server", file=path.name, reason=error.message)
                waiting = True
                self._stop.wait(_RETRY_SECONDS)
                continue
            except ZatoError as error:
                write_error(path, error, self._clock.now())
                _log.warning("Refused", file=path.name, reason=error.message)
                return
            clear_error(path)
            _log.info("Active", file=path.name, deployment=found["id"], sha256=sha256(source).hexdigest()[:12])
            return
