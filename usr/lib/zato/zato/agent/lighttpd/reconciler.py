"""Keeps one lighttpd as its server's settings and the cluster's certificates say it should be."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

from zato.agent.lighttpd.file_set import file_sets
from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION
from zato.agent.lighttpd.own import own_sources
from zato.agent.lighttpd.reloading import AWAY, ReloadableLighttpd
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving, addresses_in
from zato.agent.managed.file_sets import FileSet, digest
from zato.agent.managed.reconciler import FAILED_PAUSE_SECONDS, Reconciler
from zato.agent.managed.reloading import FAILED
from zato.core.clock import Clock
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.settings import ClusterSettings, load_server
from zato.pki.names import lighttpd_name

_TICK_SECONDS = 1.0
_SOON_SECONDS = 3.0


class LighttpdReconciler(Reconciler):
    """Reloads lighttpd when its files, or its certificate, are to be others. `tick` is called by one thread."""

    def __init__(
        self, layout: Layout, cluster: ClusterSettings, number: int, clock: Clock, stop: threading.Event
    ) -> None:
        server = layout.server(number)
        directory = server.lighttpd.absolute()
        self._certificate = layout.pki.absolute() / f"{lighttpd_name(number)}.crt"
        self.running = RunningLighttpd(directory)
        self.serving = Serving(directory, self._certificate, server.front_socket)
        super().__init__(ReloadableLighttpd(self.running, self.serving, clock, stop), file_sets(directory), clock)
        self._layout = layout
        self._cluster = cluster
        self._number = number
        self._directory = directory
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
        self._log = get_logger("zato.agent.lighttpd")

    def validate(self) -> str:
        from zato.agent.lighttpd import files

        view = files.view_of(self._layout, self._cluster, self._number, self._settings, is_running=True)
        wanted = files.wanted(self._layout, view)
        with self.running.exclusive():
            files.check_files(view, wanted)
        return digest(wanted)

    def tick(self) -> None:
        """Looks at what it follows: settings, certificates, CAs. Does so once a second, however often called."""
        self._calls.answer()
        now = self._clock.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + _TICK_SECONDS
        self._write()
        if now >= self._again_at:
            self._follow()

    def _follow(self) -> None:
        try:
            self._reload_where_due()
        except (SetupError, OSError) as error:
            # What is being started or stopped cannot be reloaded, and can be soon
            passes = isinstance(error, SetupError) and error.code in (AWAY, FAILED)
            self._again_at = self._clock.monotonic() + (_SOON_SECONDS if passes else FAILED_PAUSE_SECONDS)
            if self._failed(error):
                self._say_files_stay(str(error))

    def _reload_where_due(self) -> None:
        loaded = self.running.loaded_at()
        newest = _newest([self._directory / CONFIGURATION, self._directory / CLIENT_CA, self._certificate])
        if loaded is None:
            return
        if (loaded, newest) == self._seen:
            if self._state.failure is not None:  # it may have passed
                self._state = dataclasses.replace(self._state, failure=self._standing_failure())
            return
        files = self._sets.in_place()
        # One that was renewed while lighttpd was reading its files is older than what it says of itself
        if newest > loaded or self.serving.shows_another():
            self._take_up()
        elif files is not None and self.serving.problem() is None:  # since before this agent, or by somebody else
            self._sets.served(files)
            self._saw(files)
            self._seen = (loaded, newest)

    def _render(self) -> None:
        from zato.agent.lighttpd import files  # rarely needed, and it takes megabytes

        view = files.view_of(self._layout, self._cluster, self._number, self._settings, is_running=True)
        with self.running.exclusive():
            written = files.write(self._layout, view)
        if written:
            self._log.info("lighttpd's configuration was written", path=str(self._directory / CONFIGURATION))
        self.addresses = addresses_in(self._directory)

    def _say_files_stay(self, reason: str) -> None:
        self._log.error("lighttpd keeps its last files", reason=reason)

    def _sources(self) -> list[Path]:
        clients = self._layout.pki / "clients"
        own = own_sources(self._layout)
        folders = [clients] if clients.exists() else []
        return [self._layout.ca_certificate, *folders, *sorted(clients.glob("*.crt")), *own]

    def _basis(self) -> tuple[object, ...]:
        read = _newest([self._layout.server(self._number).applied_settings])
        if read != self._settings_read:
            self._settings = load_server(self._layout, self._number)
            self._settings_read = read
        found = [path.stat() for path in self._sources() if path.exists()]
        return (
            self._settings.max_body_bytes,
            self._settings.uploads_bytes_max,
            self._layout.server(self._number).other_machines.exists(),
            *((each.st_ino, each.st_mtime_ns, each.st_size) for each in found),
        )

    def _take_up(self) -> None:
        from zato.agent.lighttpd import files

        files.check(self._layout.server(self._number), self._certificate)
        super()._take_up()

    def _saw(self, files: FileSet) -> None:
        super()._saw(files)
        self._again_at = 0.0


def _newest(paths: list[Path]) -> float:
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)
