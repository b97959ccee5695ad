"""The console's gunicorn: one worker with threads, at a unix socket that its lighttpd connects to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.systemd import notify
from zato.host.watchdog import Watchdog

THREADS = 32
# A page whose cluster does not answer waits no longer than its client does
_TIMEOUT_SECONDS = 60
_GRACEFUL_SECONDS = 5


class _JournalledLogger(Logger):  # type: ignore[misc]
    """gunicorn's lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class _WatchedArbiter(Arbiter):  # type: ignore[misc]
    """Tells systemd that its loop turns."""

    def __init__(self, app: BaseApplication) -> None:
        super().__init__(app)
        self._watchdog = Watchdog(SystemClock())

    def wait_for_signals(self, timeout: float = 1.0) -> list[int]:
        self._watchdog.turn()
        signals: list[int] = super().wait_for_signals(timeout)
        return signals


class ConsoleApplication(BaseApplication):  # type: ignore[misc]
    """A gunicorn master; `load` makes the worker's WSGI application, after the fork."""

    def __init__(
        self, layout: Layout, load: Callable[[], Callable[..., Any]], begun: Callable[[], None] = lambda: None
    ) -> None:
        """`begun` is called in the worker, once it is there."""
        self._socket = layout.console_socket
        self._load = load
        self._begun = begun
        super().__init__()

    def load_config(self) -> None:
        self._socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        options: dict[str, Any] = {
            "bind": f"unix:{self._socket}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "timeout": _TIMEOUT_SECONDS,
            "graceful_timeout": _GRACEFUL_SECONDS,
            # Only its own lighttpd can connect, so what it forwards is believed
            "forwarded_allow_ips": "*",
            "header_map": "drop",
            "loglevel": "warning",
            "logger_class": _JournalledLogger,
            "control_socket_disable": True,
            "proc_name": "zato-admin",
            "umask": 0o077,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 a heart-beat must not wait for a disk
            "post_worker_init": lambda _worker: self._begun(),
            "when_ready": lambda _server: notify("READY=1"),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """Run the master until it is told to end."""
        _WatchedArbiter(self).run()

    def load(self) -> Callable[..., Any]:
        return self._load()
