"""One worker of a parallel server, between its fork and its end."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import Any

from zato.admin_api.kept import KeptFigures
from zato.broker.session import BrokerSession
from zato.core.clock import SystemClock
from zato.core.collection import collect_whole_seldom
from zato.deployment.packages import WorkerPackages
from zato.host.layout import Layout
from zato.host.packages import PackageSets
from zato.host.settings import ClusterSettings, ServerSettings
from zato.metrics import Metrics
from zato.metrics.memory import MemoryMetrics
from zato.metrics.worker import WorkerLoad
from zato.odb.change_notifier import PATIENT, ChangeNotifier
from zato.security.second_factor import SecondFactor
from zato.server.runtime import Runtime
from zato.server.wiring.deployment import wire_deployment
from zato.server.wiring.http import add_admin_api, wire_exposition, wire_http, wire_own_paths
from zato.server.wiring.messaging import wire_messaging
from zato.server.wiring.persistence import wire_persistence
from zato.server.wiring.runtime import wire_runtime
from zato.server.wiring.serving import wire_serving
from zato.server.wiring.shared import Shared
from zato.serving.memory import Memory


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is there from the fork on."""

    runtime: Runtime
    broker: BrokerSession
    metrics: Metrics
    load: WorkerLoad


class WorkerProcess:
    """What gunicorn's worker calls. Constructed before the fork, by which workers come to share things."""

    def __init__(self, layout: Layout, number: int, cluster: ClusterSettings, settings: ServerSettings) -> None:
        self._shared = Shared(layout, number, cluster, settings, WorkerPackages(PackageSets(layout.packages)))
        self._loaded: _Loaded | None = None

    def load(self) -> Any:
        """The WSGI application of a runtime that has started. Called in the worker, after the fork."""
        collect_whole_seldom()
        shared, clock, metrics = self._shared, SystemClock(), Metrics()
        load = WorkerLoad(metrics.registry)
        worker = f"server-{shared.server}/{os.getpid()}-{secrets.token_hex(3)}"
        persistence = wire_persistence(shared)
        messaging = wire_messaging(shared, persistence.database, worker, clock)
        serving = wire_serving(shared, persistence, messaging, metrics, self.settings)
        deploying = wire_deployment(
            shared=shared,
            persistence=persistence,
            messaging=messaging,
            serving=serving,
            metrics=metrics,
            worker=worker,
            clock=clock,
        )
        second_factor = SecondFactor(
            persistence.second_factors,
            persistence.secrets,
            clock,
            shared.cluster.name,
            ChangeNotifier(persistence.database, PATIENT).changed,
        )
        runtime = wire_runtime(
            shared=shared,
            persistence=persistence,
            messaging=messaging,
            serving=serving,
            stager=deploying.stager,
            second_factor=second_factor,
            metrics=metrics,
            load=lambda: load.last,
            worker=worker,
            clock=clock,
        )
        kept = KeptFigures(persistence.database, clock)
        own = wire_own_paths(serving, shared, metrics, wire_exposition(shared, persistence, messaging, kept))
        add_admin_api(
            own,
            shared=shared,
            persistence=persistence,
            messaging=messaging,
            serving=serving,
            deploying=deploying,
            runtime=runtime,
            second_factor=second_factor,
            kept=kept,
            metrics=metrics,
            clock=clock,
        )
        messaging.broker.start()
        self._loaded = _Loaded(runtime, messaging.broker, metrics, load)
        runtime.start()
        metrics.workers.set(1)
        return wire_http(serving, own, metrics)

    def settings(self) -> ServerSettings:
        """The settings by which requests are served now."""
        return (
            self._shared.settings if self._loaded is None else self._loaded.runtime.switch.current().snapshot.settings
        )

    def memory(self) -> Memory:
        """The budget of this worker, once it has loaded."""
        assert self._loaded is not None

        def limit() -> int:
            return self.settings().memory_bytes_max

        return Memory(limit, MemoryMetrics(self._loaded.metrics.registry, limit))

    def load_seen(self, in_flight: int) -> None:
        """Called in the worker, each tick, with the number of its requests."""
        if self._loaded is not None:
            self._loaded.load.tick(in_flight)

    def forget(self, pid: int) -> None:
        """Called in the master when a worker has ended, however."""
        self._shared.counters.forget(pid)

    def stop(self) -> None:
        """Called when the worker ends in an orderly way."""
        if self._loaded is not None:
            self._loaded.runtime.stop()
            self._loaded.broker.stop()
