"""gunicorn, set up in code: no configuration file of its own and no command line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from zato.host.draining import Draining
from zato.host.layout import ServerLayout
from zato.host.settings import ServerSettings
from zato.server.arbiter import DrainingArbiter
from zato.server.doors import open_door
from zato.server.worker import AcceptingThreadsWorker
from zato.serving.memory import Memory

# Beyond these a request never comes: lighttpd's own limits are lower.
_REQUEST_LINE_BYTES = 8190
_HEADER_FIELDS = 200
_GRACEFUL_SECONDS = 30
_BACKLOG = 4096


class JournalledLogger(Logger):  # type: ignore[misc]
    """gunicorn's lines in the form of all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class ServerApplication(BaseApplication):  # type: ignore[misc]
    """A gunicorn master that listens at the server's three doors; `load` makes a worker's WSGI application."""

    def __init__(
        self,
        layout: ServerLayout,
        settings: ServerSettings,
        load: Callable[[], Any],
        threads_max: Callable[[], int],
        memory: Callable[[], Memory],
        load_seen: Callable[[int], None],
        hooks: dict[str, Callable[..., None]],
        drain_time: Callable[[], float],
        workers: Callable[[], int],
        stuck_seconds: Callable[[], float],
    ) -> None:
        self._layout = layout
        self.internal_socket = str(layout.internal_socket)
        self.health_socket = str(layout.health_socket)
        self._server_settings = settings
        self._load = load
        self.threads_max = threads_max
        self.memory = memory
        self.load_seen = load_seen
        self._hooks = hooks
        self._drain_time = drain_time
        self._workers = workers
        self._stuck_seconds = stuck_seconds
        super().__init__()

    def load_config(self) -> None:
        # The balancer waits for the last of them before it starts
        doors = (self._layout.internal_socket, self._layout.health_socket, self._layout.front_socket)
        options: dict[str, Any] = {
            "bind": [f"fd://{open_door(path, _BACKLOG)}" for path in doors],
            "worker_class": AcceptingThreadsWorker,
            "workers": self._server_settings.workers,
            "threads": self._server_settings.threads_max,
            "backlog": _BACKLOG,
            # At the start; the master follows the setting later
            "timeout": math.ceil(self._server_settings.stuck_seconds),
            "graceful_timeout": _GRACEFUL_SECONDS,
            "limit_request_line": _REQUEST_LINE_BYTES,
            "limit_request_fields": _HEADER_FIELDS,
            # No header becomes SCRIPT_NAME or PATH_INFO, and none with an underscore is taken for another.
            "forwarder_headers": "",
            "header_map": "drop",
            "loglevel": "warning",
            "logger_class": JournalledLogger,
            "control_socket_disable": True,
            "proc_name": f"zato-server-{self._layout.number}",
            "umask": 0o077,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 a heart-beat must not wait for a disk
            **self._hooks,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """Run the master until it is told to end."""
        draining = Draining(self._layout.draining)
        DrainingArbiter(self, draining, self._drain_time, self._workers, self._stuck_seconds).run()

    def load(self) -> Any:
        return self._load()
