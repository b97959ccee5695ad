"""Workers without HTTP: each follows the log of one ODB, stages what is to be deployed and switches to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zato.config.configuration import EMPTY, Configuration
from zato.config.disk import DiskSnapshot
from zato.config.follower import LogFollower
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.deployment.activation import Activation, lead_for
from zato.deployment.check import Checker
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.code import CodeLoader
from zato.deployment.deployer import Deployer
from zato.deployment.loader import CodeSet
from zato.deployment.revision_stager import RevisionStager
from zato.deployment.staged_code import StagedCode
from zato.deployment.stager import Stager
from zato.deployment.versions import switch_time
from zato.deployment.whole_staging import WholeStaging
from zato.odb.change_notifier import ChangeNotifier
from zato.odb.database import Database
from zato.odb.deployments import Deployment, Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.stagings import Staging, Stagings
from zato.serving.staleness import Staleness, Visits
from zato.serving.switch import Switch

KEY = bytes(32)
BEAT_SECONDS = 0.5


class DeploymentWorker:
    """One worker. `load` and `load_all` may be replaced to fail or hang; `serve` is what a request would run."""

    def __init__(self, name: str, url: str, directory: Path, checker: Checker) -> None:
        self.name = name
        self.database = Database(url)
        self.clock = SystemClock()
        self.log = ConfigurationLog(self.database)
        self.members = Members(self.database)
        self.deployments = Deployments(self.database)
        self.publisher = Publisher(self.log, SecretBox(KEY), self.clock)
        notifier = ChangeNotifier(self.database)
        self.activation = Activation(
            self.publisher, self.log, self.members, self.clock, lead=lead_for(notifier.interval_seconds)
        )
        self.staleness = Staleness(Visits())
        self.switch: Switch[tuple[Configuration, CodeSet]] = Switch((EMPTY, CodeSet()))
        self._code = CodeLoader(self.deployments, DiskSnapshot(directory / f"{name}.json"))
        self.staged = StagedCode(self._code, self.log, self.deployments, lambda: self.switch.current()[1])
        self.load: Callable[[Deployment], None] = self.staged.load
        self.noted: list[str] = []
        self.load_all: Callable[[Staging], None] = self.staged.load_all
        self.stagings = Stagings(self.database)
        self.stager = Stager(
            worker=name,
            deployments=self.deployments,
            activation=self.activation,
            load=self._load,
            whole=RevisionStager(
                worker=name,
                stagings=self.stagings,
                load=lambda staging: self.load_all(staging),  # noqa: PLW0108 it may be replaced later
                clock=self.clock,
                ready=self.staleness.expect_switch,
            ),
            notifier=ChangeNotifier(self.database),
            clock=self.clock,
            ready=self.staleness.expect_switch,
            over=self.staleness.expect_none,
        )
        whole = WholeStaging(
            deployments=self.deployments, stagings=self.stagings, activation=self.activation, clock=self.clock
        )
        self.deployer = Deployer(
            deployments=self.deployments,
            activation=self.activation,
            publisher=self.publisher,
            checker=checker,
            whole=whole,
            running=lambda: self.codes,
            clock=self.clock,
            note=lambda outcome: self.noted.append(outcome),  # noqa: PLW0108 it is cleared by tests
        )
        self.cluster_rollback = ClusterRollback(
            publisher=self.publisher,
            deployments=self.deployments,
            whole=whole,
            activation=self.activation,
            checker=checker,
            running=lambda: self.codes,
        )
        self._next_beat = 0.0
        self._applied = 0
        self._stop = threading.Event()
        self._follower = LogFollower(
            self.log, notifier, self.clock, self._apply, self._tick, busy=self._busy, looks=self.staleness
        )
        self._thread = threading.Thread(target=self._follower.run, args=(self._stop,))

    @property
    def codes(self) -> CodeSet:
        return self.staleness.current(self.switch)[1]

    def start(self) -> None:
        self.members.register_worker(1, self.name, self.clock.now())
        self._thread.start()

    def die(self) -> None:
        """End as by kill -9: nobody is told."""
        self._stop.set()
        self._thread.join()

    def stop(self) -> None:
        if not self._stop.is_set():
            self.die()
            self.members.forget(self.name)
        self.database.dispose()

    def serve(self, service: str) -> Any:
        return self.codes.services[service].implementation().handle()

    def _busy(self) -> bool:
        return self.stager.pending or self.staleness.expects_switch

    def _load(self, deployment: Deployment) -> None:
        self.load(deployment)

    def _apply(self, configuration: Configuration) -> None:
        before, codes = self.switch.current()
        at = switch_time(before, configuration)
        self.switch.set((configuration, self._code.load(configuration, codes)), at)
        if at:
            self.staleness.switch_prepared()
        time.sleep(max(0.0, at - time.time()))
        self.switch.current()
        self._applied = configuration.revision
        self._keep_beating()

    def _tick(self) -> None:
        self.staleness.beat()
        if self.clock.monotonic() >= self._next_beat:
            self._keep_beating()
        self.stager.step()

    def _keep_beating(self) -> None:
        self._next_beat = self.clock.monotonic() + BEAT_SECONDS
        self.members.beat(self.name, self._applied, self.clock.now())
