"""What a start without the ODB needs, written in a thread of its own: it holds up neither requests nor changes."""

from __future__ import annotations

import threading
import time

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.host.logs import get_logger
from zato.host.ongoing import Ongoing

_log = get_logger("zato.server")
_FEW_ITEMS = 500
"""So many are written within milliseconds, so their writing is waited for."""
_PATIENCE_SECONDS = 5.0
_RETRY_SECONDS = 1.0
# After many items the thread that writes rests for twenty times as long as writing took: others have the processor
_REST = 20
_REST_SECONDS_MAX = 10.0
_PAUSE_SECONDS = 0.001


class ConfigurationSaver:
    """Writes what it was given last. One for each worker, made after the fork; one thread gives it something.

    Few items are on disk when `save` returns. Many are within some seconds, and where the worker ends in an orderly
    way. A disk that is full must not keep a worker from what it can do without it: writing is tried again.
    """

    def __init__(self, disk: DiskSnapshot, code: CodeLoader) -> None:
        self._disk = disk
        self._code = code
        self._saving = Ongoing(
            _log, "The snapshot on disk cannot be written; trying again", "The snapshot on disk is written again"
        )
        self._saved_codes: CodeSet | None = None
        self._wanted: tuple[Configuration, CodeSet] | None = None
        self._changed = threading.Condition()
        self._busy = False
        self._failing = False
        self._ending = False
        self._thread: threading.Thread | None = None

    def save(self, configuration: Configuration, codes: CodeSet) -> None:
        """Have this on disk from now on rather than what came before."""
        with self._changed:
            self._wanted = configuration, codes
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="saving", daemon=True)
                thread.start()  # where there may be no more, the next call tries again
                self._thread = thread
            self._changed.notify_all()
            if _are_few(configuration):
                self._changed.wait_for(self._is_done, _PATIENCE_SECONDS)

    def stop(self) -> None:
        """Returns when everything is written, after some seconds in any case."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
            self._changed.wait_for(self._is_done, _PATIENCE_SECONDS)

    def _is_done(self) -> bool:
        return not self._busy and (self._wanted is None or self._failing)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted is not None)
                assert self._wanted is not None
                wanted, self._wanted, self._busy = self._wanted, None, True
            began = time.monotonic()
            written = self._write(*wanted)
            taken = time.monotonic() - began
            with self._changed:
                self._busy, self._failing = False, not written
                if not written and self._wanted is None:
                    self._wanted = wanted
                self._changed.notify_all()
                if not written and self._ending:
                    return
                self._changed.wait_for(self._may_go_on, _rest_after(wanted[0], taken) if written else _RETRY_SECONDS)

    def _may_go_on(self) -> bool:
        """Whether to end the rest early: few items need not wait for it."""
        few = self._wanted is not None and _are_few(self._wanted[0])
        return self._ending or (few and not self._failing)

    def _write(self, configuration: Configuration, codes: CodeSet) -> bool:
        try:
            self._disk.save(configuration, pause=_none if _are_few(configuration) else _pause)
            if codes is not self._saved_codes:
                self._code.keep_sources(configuration, codes)
                self._saved_codes = codes
        except Exception as error:  # noqa: BLE001 - the outermost loop of a thread that must not end
            reason = str(error) if isinstance(error, OSError) else repr(error)
            self._saving.failed(reason, revision=configuration.revision)
            return False
        self._saving.went_well(revision=configuration.revision)
        return True


def _rest_after(configuration: Configuration, taken: float) -> float:
    return 0.0 if _are_few(configuration) else min(_REST * taken, _REST_SECONDS_MAX)


def _are_few(configuration: Configuration) -> bool:
    return sum(map(len, configuration.items.values())) <= _FEW_ITEMS


def _pause() -> None:
    time.sleep(_PAUSE_SECONDS)


def _none() -> None:
    pass
