"""Keeps one lighttpd as its server's settings and the cluster's certificates say it should be."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from zato.agent.lighttpd.generations import Files, digest, files_in, refuse, refused
from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION
from zato.agent.lighttpd.own import own_sources
from zato.agent.lighttpd.reloading import AWAY, FAILED, Reloader
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving, addresses_in
from zato.agent.lighttpd.state import AgentState
from zato.agent.managed.calls import Calls
from zato.agent.managed.failure import Failure
from zato.core.clock import Clock
from zato.core.errors import Conflict, SetupError, ZatoError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.settings import ClusterSettings, load_server
from zato.pki.names import lighttpd_name

_TICK_SECONDS = 1.0
_FAILED_PAUSE_SECONDS = 30.0
_SOON_SECONDS = 3.0


class LighttpdReconciler:
    """Reloads lighttpd when its files, or its certificate, are to be others.

    `tick` is called by one thread, all else by any. Files that lighttpd refuses are not put in
    place and it is not reloaded: it goes on with the last good ones. Those with which it does not serve after a reload
    are replaced by them.
    """

    def __init__(
        self, layout: Layout, cluster: ClusterSettings, number: int, clock: Clock, stop: threading.Event
    ) -> None:
        self._layout = layout
        self._cluster = cluster
        self._number = number
        self._clock = clock
        server = layout.server(number)
        self._directory = server.lighttpd.absolute()
        self._certificate = layout.pki.absolute() / f"{lighttpd_name(number)}.crt"
        self.running = RunningLighttpd(self._directory)
        self.serving = Serving(self._directory, self._certificate, server.front_socket)
        self._reloader = Reloader(self._directory, self.running, self.serving, stop)
        self._calls = Calls()
        self._next_tick = self._again_at = 0.0
        self._seen: tuple[float, float] | None = None
        self._settings = load_server(layout, number)
        self._settings_read = _newest([server.applied_settings])
        settings = server.applied_settings if server.applied_settings.exists() else server.settings
        newest = _newest([*self._sources(), settings, layout.settings])
        # What lighttpd was started with, unless something is newer, or was left out for the start
        as_written = newest <= _newest([self._directory / CONFIGURATION]) and not own_sources(layout)
        self._written_for = self._basis() if as_written else ()
        self.addresses = addresses_in(self._directory)
        """On which lighttpd listens."""
        self._state = AgentState()
        self._log = get_logger("zato.agent.lighttpd")

    @property
    def state(self) -> AgentState:
        """What is known at this moment."""
        return self._state

    def reload(self) -> Future[None]:
        """lighttpd reads its files again. The result is there when it serves with them, or has not come to."""
        return self._calls.call(self._reload_anew)

    def go_back(self, *, with_security: bool = False) -> Future[None]:
        """lighttpd reads the files that it had before its present ones; see Reloader."""
        return self._calls.call(lambda: self._go_back(with_security))

    def validate(self) -> str:
        """Digest of the files as they would be now. Raises SetupError, with lighttpd's words, where it refuses them."""
        from zato.agent.lighttpd import files

        view = files.view_of(self._layout, self._cluster, self._number, self._settings, is_running=True)
        wanted = files.wanted(self._layout, view)
        with self.running.alone():
            files.check_files(view, wanted)
        return digest(wanted)

    def tick(self) -> None:
        """Looks at what it follows: settings, certificates, CAs. Does so once a second, however often called."""
        self._calls.answer()
        now = self._clock.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + _TICK_SECONDS
        if now >= self._again_at:
            self._attempt(self._follow)

    def _attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (SetupError, OSError) as error:
            # What is being started or stopped cannot be reloaded, and can be soon
            passes = isinstance(error, SetupError) and error.code in (AWAY, FAILED)
            pause = _SOON_SECONDS if passes else _FAILED_PAUSE_SECONDS
            self._again_at = self._clock.monotonic() + pause
            self._log.error("lighttpd_keeps_its_last_files", reason=str(error))
            self._failed(error)

    def _follow(self) -> None:
        self._render()
        loaded = self.running.loaded_at()
        parts = [self._directory / CONFIGURATION, self._directory / CLIENT_CA, self._certificate]
        newest = _newest(parts)
        if loaded is None:
            return
        if (loaded, newest) == self._seen:
            if self._state.failure is not None and refused(self._directory) is None:  # it has passed
                self._state = dataclasses.replace(self._state, failure=None)
            return
        files = files_in(self._directory)
        if newest > loaded:
            self._reload()
        elif files is not None and self.serving.problem() is None:  # since before this agent, or by somebody else
            self._reloader.serves_with(files)
            self._saw(files)
            self._seen = (loaded, newest)

    def _render(self) -> None:
        """Only where a CA, whether there are other machines, or what matters of the settings is another than it was."""
        read = _newest([self._layout.server(self._number).applied_settings])
        if read != self._settings_read:
            self._settings = load_server(self._layout, self._number)
            self._settings_read = read
        basis = self._basis()
        if basis == self._written_for:
            return
        from zato.agent.lighttpd import files  # rarely needed, and it takes megabytes

        view = files.view_of(self._layout, self._cluster, self._number, self._settings, is_running=True)
        with self.running.alone():
            written = files.write(self._layout, view)
        if written:
            self._log.info("configuration_written", path=str(self._directory / CONFIGURATION))
        self._written_for = basis
        self.addresses = addresses_in(self._directory)

    def _sources(self) -> list[Path]:
        clients = self._layout.pki / "clients"
        own = own_sources(self._layout)
        folders = [clients] if clients.exists() else []
        return [self._layout.ca_certificate, *folders, *sorted(clients.glob("*.crt")), *own]

    def _basis(self) -> tuple[object, ...]:
        """What the files follow from, as it is now."""
        found = [path.stat() for path in self._sources() if path.exists()]
        return (
            self._settings.max_body_bytes,
            self._settings.uploads_bytes_max,
            self._layout.server(self._number).other_machines.exists(),
            *((each.st_ino, each.st_mtime_ns, each.st_size) for each in found),
        )

    def _reload(self) -> None:
        from zato.agent.lighttpd import files

        files.check(self._layout.server(self._number), self._certificate)
        self._reloaded(self._reloader.take_up())

    def _reload_anew(self) -> None:
        """Also with files that were refused before: an operator has mended the cause."""
        refuse(self._directory, None)
        self._written_for = ()
        self._by_operator(self._render, self._reload)

    def _go_back(self, with_security: bool) -> None:
        self._by_operator(lambda: self._reloaded(self._reloader.go_back(with_security=with_security)))

    def _by_operator(self, *steps: Callable[[], None]) -> None:
        try:
            for step in steps:
                step()
        except Conflict:  # nothing was done, and nothing is wrong
            raise
        except (ZatoError, OSError) as error:
            self._failed(error)
            raise
        self._again_at = 0.0

    def _reloaded(self, files: Files) -> None:
        self._state = dataclasses.replace(self._state, reloads=self._state.reloads + 1)
        self._saw(files)

    def _saw(self, files: Files) -> None:
        refusal = refused(self._directory)
        failure = None if refusal is None else Failure(self._clock.now(), refusal.reason)
        self._state = dataclasses.replace(self._state, configuration=digest(files), failure=failure)

    def _failed(self, error: Exception) -> None:
        reason = error.message if isinstance(error, ZatoError) else str(error)
        failure = Failure(self._clock.now(), reason, error.details if isinstance(error, ZatoError) else ())
        self._state = dataclasses.replace(self._state, failure=failure, last_failure=failure)


def _newest(paths: list[Path]) -> float:
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)
