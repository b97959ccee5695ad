"""Where a parallel server is put together: nothing else in the process looks for its collaborators."""

from __future__ import annotations

import os
import secrets
import tomllib
from typing import Any

from zato.config.disk import DiskSnapshot
from zato.config.secrets import SecretBox, load_or_create_key
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host.layout import Layout, ServerLayout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.doorbell import Doorbell
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.server.building import SnapshotBuilder
from zato.server.code import CodeLoader
from zato.server.dispatcher import Dispatcher
from zato.server.http.app import create_app
from zato.server.http.errors import add_error_handlers
from zato.server.http.fixed import add_fixed_routes
from zato.server.metrics import Metrics
from zato.server.runtime import Runtime
from zato.server.service.user_config import UserConfig


class WorkerProcess:
    """One worker, between its fork and its end."""

    def __init__(self, layout: Layout, number: int, cluster: ClusterSettings, settings: ServerSettings) -> None:
        self._layout = layout
        self._number = number
        self._cluster = cluster
        self._settings = settings
        self._runtime: Runtime | None = None

    def load(self) -> Any:
        """The WSGI application of a runtime that has started. Called in the worker, after the fork."""
        paths = self._layout.server(self._number)
        clock = SystemClock()
        database = Database(self._cluster.odb)
        log = ConfigurationLog(database)
        members = Members(database)
        deployments = Deployments(database)
        box = SecretBox(load_or_create_key(self._layout.secret_key))
        metrics = Metrics()
        dispatcher = Dispatcher(default_limit_seconds=self._settings.time_limit_seconds)
        disk = DiskSnapshot(paths.snapshot)
        runtime = Runtime(
            worker=f"server-{self._number}/{os.getpid()}-{secrets.token_hex(3)}",
            server=self._number,
            log=log,
            doorbell=Doorbell(database),
            members=members,
            builder=SnapshotBuilder(
                dispatcher=dispatcher,
                metrics=metrics,
                secrets=box,
                user_config=UserConfig(_user_config(paths)),
                max_body_bytes=self._settings.max_body_bytes,
            ),
            code=CodeLoader(deployments, disk),
            disk=disk,
            metrics=metrics,
            clock=clock,
        )
        app = create_app(runtime.switch)
        add_error_handlers(app)
        add_fixed_routes(app, runtime.switch)
        runtime.start()
        metrics.workers.set(1)
        self._runtime = runtime
        return app

    def stop(self) -> None:
        """Called when the worker ends in an orderly way."""
        if self._runtime is not None:
            self._runtime.stop()


def _user_config(paths: ServerLayout) -> dict[str, Any]:
    if not paths.user_config.is_file():
        return {}
    try:
        return tomllib.loads(paths.user_config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SetupError(f"{paths.user_config} is not valid TOML: {error}.", code="invalid-settings") from error
