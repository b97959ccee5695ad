"""Reloads a lighttpd, without a lost request, and only for good: files with which it does not serve are put back."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from zato.agent.lighttpd.generations import (
    Files,
    Generation,
    Refusal,
    digest,
    files_in,
    keep,
    kept,
    put,
    refuse,
)
from zato.agent.lighttpd.names import CLIENT_CA
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.agent.managed.admitting import deciding, require_the_same
from zato.core.errors import Conflict, SetupError
from zato.host.logs import get_logger

AWAY = "lighttpd-away"
FAILED = "reload-failed"
_AGAIN_SECONDS = 15.0
_POLL_SECONDS = 0.1
# How long things take
_HARMLESS = re.compile(r"server\.(max-keep-alive-idle|max-keep-alive-requests|max-read-idle|max-write-idle)\b")


class Reloader:
    """One thread uses it. `directory` is absolute."""

    def __init__(self, directory: Path, running: RunningLighttpd, serving: Serving, stop: threading.Event) -> None:
        self._directory = directory
        self._running = running
        self._serving = serving
        self._stop = stop
        self._log = get_logger("zato.agent.lighttpd")

    def take_up(self) -> Files:
        """lighttpd serves with the files that are in place, which it returns.

        Where it does not, those with which it did before are put back, and it is reloaded again, or, where it has
        ended, is started again from them by whoever starts it. Raises SetupError that says so.
        """
        files = files_in(self._directory)
        if files is None or self._running.pid() is None:
            raise SetupError("lighttpd does not run, so it cannot be reloaded; zato doctor says more.", code=AWAY)
        reason = self._reload()
        if reason is None:
            self.serves_with(files)
            self._log.info("lighttpd_reloaded", configuration=digest(files))
            return files
        good = kept(self._directory, Generation.GOOD)
        if good is None or good == files:
            raise SetupError(f"lighttpd does not serve after its reload: {reason}", code=FAILED)
        # Before the files: what starts lighttpd again must not put these in place once more
        refuse(self._directory, Refusal(digest=digest(files), reason=reason))
        put(self._directory, good)
        second = self._reload() if self._running.pid() is not None else self._started_again()
        then = (
            "the last good one is in place again" if second is None else f"nor does it with the last good one: {second}"
        )
        self._log.error("lighttpd_reload_undone", reason=reason, then=then)
        raise SetupError(f"lighttpd did not serve with its new configuration: {reason} So {then}.", code=FAILED)

    def go_back(self, *, with_security: bool = False) -> Files:
        """lighttpd serves with what it had before its present files, which are not tried again. Returns what it has.

        The CAs of clients stay those of now, and Conflict is raised where something else decides who gets in, unless
        `with_security`.
        """
        before, present = kept(self._directory, Generation.BEFORE), files_in(self._directory)
        if before is not None and present is not None and not with_security:
            before = {**before, CLIENT_CA: present[CLIENT_CA]}
        if before is None or present is None or before == present:
            raise Conflict("There is no earlier configuration of lighttpd's to go back to.", code="nothing-before")
        if not with_security:
            require_the_same("lighttpd", deciding(present, before, _HARMLESS))
        refuse(
            self._directory,
            Refusal(digest=digest(present), reason="An operator has gone back to the configuration before."),
        )
        put(self._directory, before)
        return self.take_up()

    def serves_with(self, files: Files) -> None:
        """Remembers that it does."""
        good = kept(self._directory, Generation.GOOD)
        if good == files:
            return
        if good is not None:
            keep(self._directory, Generation.BEFORE, good)
        keep(self._directory, Generation.GOOD, files)

    def _reload(self) -> str | None:
        """Why it does not serve; None where it does."""
        if not self._running.reload(self._stop):
            return "It has not started again; its log says why."
        return self._serving.problem()

    def _started_again(self) -> str | None:
        for _ in range(round(_AGAIN_SECONDS / _POLL_SECONDS)):
            if self._running.pid() is not None and self._serving.problem() is None:
                return None
            if self._stop.wait(_POLL_SECONDS):
                break
        return self._serving.problem()
