"""Reloads a lighttpd without a lost request."""

from __future__ import annotations

import re
import threading

from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.agent.managed.file_sets import FileSet, digest
from zato.agent.managed.reloading import interrupted
from zato.core.clock import Clock
from zato.core.errors import SetupError
from zato.host.logs import get_logger

AWAY = "lighttpd-away"
_STARTING_AGAIN_SECONDS = 15.0
# The one that ended may have had the question, and closed the connection; and where the server was being started,
# requests are refused until the second after the next
_SETTLING_SECONDS = 2.5
_POLL_SECONDS = 0.1
# How long things take
_HARMLESS = re.compile(r"server\.(max-keep-alive-idle|max-keep-alive-requests|max-read-idle|max-write-idle)\b")


class ReloadableLighttpd:
    """Where it has ended, whoever starts it does so again from the files that are in place."""

    title = "lighttpd"
    harmless = _HARMLESS

    def __init__(self, running: RunningLighttpd, serving: Serving, clock: Clock, stop: threading.Event) -> None:
        self._running = running
        self._serving = serving
        self._clock = clock
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
        """Raises SetupError where the agent is stopped meanwhile."""
        if self._running.pid() is not None:
            return self._reload()
        return self._problem(self._serving.expected(), _STARTING_AGAIN_SECONDS)

    def reloaded(self, files: FileSet) -> None:
        self._log.info("lighttpd was reloaded", configuration=digest(files))

    def undone(self, reason: str, then: str) -> None:
        self._log.error("A reload of lighttpd was undone", reason=reason, then=then)

    def _reload(self) -> str | None:
        certificate = self._serving.expected()
        if not self._running.reload(self._stop):
            return "It has not started again; its log says why."
        return self._problem(certificate, _SETTLING_SECONDS)

    def _problem(self, certificate: bytes | None, seconds: float) -> str | None:
        """What is the matter with it when `seconds` have passed; `certificate` is the one that it may have loaded."""
        until = self._clock.monotonic() + seconds
        while True:
            problem = self._serving.problem(before=certificate)
            if problem is None or self._clock.monotonic() >= until:
                return problem
            if self._stop.wait(_POLL_SECONDS):
                raise interrupted(self.title)
