"""Reloads a lighttpd without a lost request."""

from __future__ import annotations

import re
import threading

from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.agent.managed.file_sets import FileSet, digest
from zato.core.errors import SetupError
from zato.host.logs import get_logger

AWAY = "lighttpd-away"
_AGAIN_SECONDS = 15.0
_POLL_SECONDS = 0.1
# How long things take
_HARMLESS = re.compile(r"server\.(max-keep-alive-idle|max-keep-alive-requests|max-read-idle|max-write-idle)\b")


class ReloadableLighttpd:
    """Where it has ended, whoever starts it does so again from the files that are in place."""

    title = "lighttpd"
    harmless = _HARMLESS

    def __init__(self, running: RunningLighttpd, serving: Serving, stop: threading.Event) -> None:
        self._running = running
        self._serving = serving
        self._stop = stop
        self._log = get_logger("zato.agent.lighttpd")

    def without_files(self) -> SetupError:
        return SetupError("lighttpd does not run, so it cannot be reloaded; zato doctor says more.", code=AWAY)

    def reload(self, files: FileSet) -> str | None:
        """Raises SetupError where it does not run, and where the agent is stopped meanwhile."""
        if self._running.pid() is None:
            raise self.without_files()
        return self._reload()

    def recover(self, files: FileSet) -> str | None:
        return self._reload() if self._running.pid() is not None else self._started_again()

    def reloaded(self, files: FileSet) -> None:
        self._log.info("lighttpd_reloaded", configuration=digest(files))

    def undone(self, reason: str, then: str) -> None:
        self._log.error("lighttpd_reload_undone", reason=reason, then=then)

    def _reload(self) -> str | None:
        if not self._running.reload(self._stop):
            return "It has not started again; its log says why."
        if self._serving.problem() is None:
            return None
        # The one that ended may have had the question, and closed the connection
        self._stop.wait(_POLL_SECONDS)
        return self._serving.problem()

    def _started_again(self) -> str | None:
        for _ in range(round(_AGAIN_SECONDS / _POLL_SECONDS)):
            if self._running.pid() is not None and self._serving.problem() is None:
                return None
            if self._stop.wait(_POLL_SECONDS):
                break
        return self._serving.problem()
