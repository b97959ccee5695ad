"""Keeps one lighttpd as the ODB and the cluster's certificates say it should be."""

from __future__ import annotations

import threading
from pathlib import Path

from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION, USERS
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.users import users_file
from zato.config.configuration import Configuration
from zato.core.clock import Clock
from zato.core.errors import SetupError
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.settings import load_cluster, load_server

_TICK_SECONDS = 1.0
_FAILED_PAUSE_SECONDS = 30.0


class LighttpdKeeper:
    """Writes users when they change or expire, and reloads lighttpd for what it reads at its start only.

    `configuration` and `tick` are called by one thread. Files that lighttpd refuses are not put in place and it is
    not reloaded: it goes on with the last good ones.
    """

    def __init__(self, layout: Layout, number: int, clock: Clock, stop: threading.Event) -> None:
        self._layout = layout
        self._number = number
        self._clock = clock
        self._stop = stop
        self._directory = layout.server(number).lighttpd.absolute()
        self._certificate = layout.pki.absolute() / f"lighttpd-{number}.crt"
        self._running = RunningLighttpd(self._directory)
        self._configuration: Configuration | None = None
        self._next_tick = 0.0
        self._rendered_for = 0.0
        paths = layout.server(number)
        settings = paths.applied_settings if paths.applied_settings.exists() else paths.settings
        # What lighttpd was started with, unless the settings are newer
        self._followed = _newest([settings]) <= _newest([self._directory / CONFIGURATION])
        self._body_bytes_max = load_server(layout, number).max_body_bytes
        self._log = get_logger("zato.agent.lighttpd")

    def configuration(self, configuration: Configuration) -> None:
        """Users as of this configuration are in place when it returns. Raises OSError where they cannot be written."""
        self._configuration = configuration
        self._write_users()

    def tick(self) -> None:
        """Looks at what changes by itself: expiry, certificates, CAs. Does so once a second, however often called."""
        now = self._clock.monotonic()
        if now < self._next_tick:
            return
        self._next_tick = now + _TICK_SECONDS
        try:
            self._write_users()
            self._render()
            self._reload()
        except (SetupError, OSError) as error:
            self._next_tick = now + _FAILED_PAUSE_SECONDS
            self._log.error("lighttpd_keeps_its_last_files", reason=str(error))

    def _write_users(self) -> None:
        if self._configuration is None:
            return
        path = self._directory / USERS
        data = users_file(self._configuration, self._clock.now())
        if not path.exists() or path.read_bytes() != data:
            write_atomically(path, data)
            self._log.info("users_written", count=data.count(b"\n"), revision=self._configuration.revision)

    def _render(self) -> None:
        """Only where a CA, or what matters of the server's settings, is newer than what was rendered for it."""
        clients = self._layout.pki / "clients"
        settings = self._layout.server(self._number).applied_settings
        authorities = _newest([self._layout.ca_certificate, clients, *clients.glob("*.crt")])
        newest = max(authorities, _newest([settings]))
        rendered = max(_newest([self._directory / CONFIGURATION, self._directory / CLIENT_CA]), self._rendered_for)
        if newest <= rendered:
            return
        body_bytes_max = load_server(self._layout, self._number).max_body_bytes
        if authorities <= rendered and body_bytes_max == self._body_bytes_max and self._followed:
            self._rendered_for = newest
            return
        from zato.agent.lighttpd import files  # rarely needed, and it takes megabytes

        cluster = load_cluster(self._layout)
        view = files.view_of(self._layout, cluster, self._number, body_bytes_max=body_bytes_max)
        if files.write(self._layout, view):
            self._log.info("configuration_written", path=str(self._directory / CONFIGURATION))
        self._rendered_for, self._body_bytes_max, self._followed = newest, body_bytes_max, True

    def _reload(self) -> None:
        loaded = self._running.loaded_at()
        parts = [self._directory / CONFIGURATION, self._directory / CLIENT_CA, self._certificate]
        if loaded is None or _newest(parts) <= loaded:
            return
        from zato.agent.lighttpd import files

        files.check(self._layout.server(self._number), self._certificate)
        if self._running.reload(self._stop):
            self._log.info("lighttpd_reloaded")
        else:
            raise SetupError("lighttpd did not start again after its reload.")


def _newest(paths: list[Path]) -> float:
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0.0)
