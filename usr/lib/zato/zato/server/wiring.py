"""Where a parallel server is put together: nothing else in the process looks for its collaborators."""

from __future__ import annotations

import os
import secrets
from typing import Any

from zato import __version__
from zato.admin_api.collaborators import AdminCollaborators
from zato.admin_api.here import ServersHere
from zato.admin_api.kept import KeptFigures, days_of
from zato.admin_api.routes import add_routes
from zato.admin_api.running import RunningWorker
from zato.admin_api.this_machine import Machine
from zato.admin_api.trail import Trail
from zato.broker.session import BrokerSession, broker_session
from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.enrolment import Enrolment
from zato.config.first_administrator import FirstAdministrator
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox, load_key
from zato.connector.connections import OutgoingConnections
from zato.core.clock import SystemClock
from zato.deployment.activation import Activation, lead_for
from zato.deployment.check.checker import Checker
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.code import CodeLoader
from zato.deployment.deployer import Deployer
from zato.deployment.package_agreement import PackageAgreement
from zato.deployment.packages import WorkerPackages
from zato.deployment.revision_stager import RevisionStager
from zato.deployment.stager import Stager
from zato.deployment.versions import active_versions, with_deployments
from zato.deployment.whole_staging import WholeStaging
from zato.host.draining import Draining
from zato.host.layout import Layout
from zato.host.packages import PackageSets, pip_of
from zato.host.running import usage
from zato.host.settings import ClusterSettings, ServerSettings
from zato.internal.door import PATH, InternalInvocations
from zato.logbook.door import LogDoor
from zato.logbook.reader import ReadsLog
from zato.logbook.ring_reader import RingReader
from zato.metrics import ADMIN, Exposition, Metrics
from zato.metrics.build import Build
from zato.metrics.certificates import Certificates
from zato.metrics.cluster import SharedParts
from zato.metrics.edge import EdgeLimits
from zato.metrics.kept import KeptRows
from zato.metrics.memory import MemoryMetrics
from zato.metrics.outgoing import OutgoingCalls
from zato.metrics.processes import Processes
from zato.metrics.worker import WorkerLoad
from zato.odb.audit import AuditLog
from zato.odb.change_notifier import ChangeNotifier
from zato.odb.deployments import Deployment, Deployments
from zato.odb.first_tokens import FirstTokens
from zato.odb.held_messages import HeldMessages
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.opening import open_odb
from zato.odb.package_reports import PackageReports
from zato.odb.second_factors import SecondFactors
from zato.odb.sessions import Sessions
from zato.odb.stagings import Staging, Stagings
from zato.odb.state import State
from zato.pki.enrolment.door import SigningDoor, Signs
from zato.pki.enrolment.screening import ScreenedSigner
from zato.pki.enrolment.signer import Signer
from zato.security.hashing import WAITING_MAX, Hashing
from zato.security.passwords import Passwords
from zato.security.second_factor import SecondFactor
from zato.security.sessions import PeopleSessions
from zato.server.runtime import Runtime
from zato.service.user_config import UserConfigFile
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.building import SnapshotBuilder
from zato.serving.dispatcher import Dispatcher
from zato.serving.http.app import create_app
from zato.serving.http.errors import add_error_handlers
from zato.serving.http.fixed import add_fixed_routes
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.memory import Memory
from zato.serving.staleness import Staleness, Visits


class WorkerProcess:
    """One worker, between its fork and its end. Constructed before the fork, by which workers come to share things."""

    def __init__(self, layout: Layout, number: int, cluster: ClusterSettings, settings: ServerSettings) -> None:
        self._layout = layout
        self._number = number
        self._cluster = cluster
        self._settings = settings
        self._visits = Visits()
        self._counters = SharedCounters()
        self._packages = WorkerPackages(PackageSets(layout.packages))
        self._runtime: Runtime | None = None
        self._metrics: Metrics | None = None
        self._broker: BrokerSession | None = None
        self._load: WorkerLoad | None = None

    def load(self) -> Any:
        """The WSGI application of a runtime that has started. Called in the worker, after the fork."""
        paths = self._layout.server(self._number)
        clock = SystemClock()
        database = open_odb(self._cluster)
        log = ConfigurationLog(database)
        members = Members(database)
        deployments = Deployments(database)
        secret_key = load_key(self._layout.secret_key)
        box = SecretBox(secret_key)
        metrics = self._metrics = Metrics()
        self._load = worker_load = WorkerLoad(metrics.registry)
        admission = Admission(self._counters, lambda what, name, field: metrics.limited.labels(what, name, field).inc())
        dispatcher = Dispatcher()
        worker = f"server-{self._number}/{os.getpid()}-{secrets.token_hex(3)}"
        broker = broker_session(self._cluster.broker, self._layout.pki, self._number, worker)
        invocations = broker.invocations(database, clock)
        asynchronous = AsyncInvocations(invocations, clock)
        disk = DiskSnapshot(paths.snapshot)
        code = CodeLoader(deployments, disk, self._packages)
        staleness = Staleness(self._visits)
        runtime = Runtime(
            worker=worker,
            server=self._number,
            log=log,
            notifier=broker.notifier(ChangeNotifier(database)),
            members=members,
            builder=SnapshotBuilder(
                dispatcher=dispatcher,
                asynchronous=asynchronous,
                metrics=metrics,
                secrets=box,
                passwords=Passwords(self._hashing(), lambda outcome: metrics.passwords.labels(outcome).inc()),
                admission=admission,
                user_config=UserConfigFile(paths.applied_user_config, paths.user_config),
                settings=self._settings,
                outgoing=OutgoingConnections.empty(
                    self._cluster.sqlite_directory_of(self._layout), OutgoingCalls(metrics.registry).observe
                ),
            ),
            code=code,
            disk=disk,
            metrics=metrics,
            clock=clock,
            staleness=staleness,
            load=lambda: worker_load.last,
        )
        publisher = Publisher(log, box, clock, broker.notify)
        audit = AuditLog(database)
        polled = ChangeNotifier(database)
        activation = Activation(publisher, log, members, clock, lead=lead_for(polled.interval_seconds))

        def load(deployment: Deployment) -> None:
            code.stage(deployment.file_name, deployment.sha256, deployment.id, runtime.running)

        def load_all(staging: Staging) -> None:
            then = Configuration.from_items(staging.revision, log.items_at(staging.revision))
            staged = map(deployments.get, staging.deployments)
            code.stage_all(with_deployments(active_versions(then), staged, staging.started), runtime.running)

        stagings = Stagings(database)
        whole = WholeStaging(
            deployments=deployments, stagings=stagings, activation=activation, clock=clock, notify=broker.notify
        )
        stager = Stager(
            worker=runtime.worker,
            deployments=deployments,
            activation=activation,
            load=load,
            whole=RevisionStager(
                worker=runtime.worker,
                stagings=stagings,
                load=load_all,
                clock=clock,
                ready=staleness.expect_switch,
            ),
            notifier=broker.notifier(polled),
            clock=clock,
            ready=staleness.expect_switch,
            over=staleness.expect_none,
        )
        second_factor = SecondFactor(SecondFactors(database), box, clock, self._cluster.name)
        runtime.each_tick(
            stager.step, second_factor.keep_known, busy=lambda: stager.pending or staleness.expects_switch
        )
        checker = Checker(paths.run / "check.sock", owner=os.getppid(), packages=lambda: self._packages.directory)
        app = create_app(runtime.switch, staleness)
        add_error_handlers(app, metrics.unrouted)
        draining = Draining(paths.draining)
        kept = KeptFigures(database, clock)
        exposition = Exposition(
            self._number,
            (
                Build(__version__),
                Certificates(self._layout.pki),
                EdgeLimits(self._layout.edge_figures),
                KeptRows(kept.current),
                Processes(self._number, lambda: usage(self._layout)),
                SharedParts(log.revision, invocations, lambda: broker.problem),
            ),
        )
        add_fixed_routes(app, runtime.switch, draining, staleness, admission, exposition)
        app.add_route(PATH, InternalInvocations(runtime.switch, dispatcher, metrics, staleness))
        add_routes(
            app,
            AdminCollaborators(
                publisher=publisher,
                first_administrator=FirstAdministrator(FirstTokens(database), publisher, clock),
                enrolment=Enrolment(
                    self._signer(),
                    publisher,
                    members,
                    cluster=self._cluster,
                    authority=self._layout.ca_certificate,
                    secret_key=secret_key,
                ),
                log=log,
                deployments=deployments,
                deployer=Deployer(
                    deployments=deployments,
                    activation=activation,
                    publisher=publisher,
                    checker=checker,
                    whole=whole,
                    running=lambda: runtime.running,
                    clock=clock,
                    server=self._number,
                    note=lambda outcome: metrics.deployments.labels(outcome).inc(),
                    notify=broker.notify,
                ),
                packages=PackageAgreement(
                    publisher=publisher,
                    sets=self._packages.sets,
                    pip=pip_of(self._layout, self._cluster),
                    checker=checker,
                    running=lambda: runtime.running,
                ),
                package_reports=PackageReports(database),
                cluster_rollback=ClusterRollback(
                    publisher=publisher,
                    deployments=deployments,
                    whole=whole,
                    activation=activation,
                    checker=checker,
                    running=lambda: runtime.running,
                ),
                members=members,
                audit=audit,
                trail=Trail(audit, clock),
                sessions=Sessions(database),
                people=PeopleSessions(Sessions(database), clock, lambda: self.settings().workers),
                second_factor=second_factor,
                state=State(database),
                held=HeldMessages(database),
                replaced=lambda: runtime.replaced,
                kept=kept.current,
                days=days_of(self._cluster),
                broker=broker,
                admission=admission,
                worker=RunningWorker(runtime.switch, dispatcher, asynchronous, box, lambda: runtime.problem),
                letters=invocations,
                log_reader=self._log_reader(),
                here=ServersHere(members, lambda: self._layout.server_numbers(self._cluster.servers)),
                machine=Machine(self._layout),
                clock=clock,
                version=__version__,
                count=lambda operation, status, seconds: metrics.route(ADMIN, operation).observe(status, seconds),
            ),
        )
        broker.start()
        self._broker = broker
        runtime.start()
        metrics.workers.set(1)
        self._runtime = runtime
        return app

    def _signer(self) -> Signs:
        """Where the cluster is one user's, so is the CA's key; otherwise it is root's, on one machine."""
        if self._layout.is_appliance:
            door = SigningDoor(self._layout.signing_socket, self._layout.pki / "ca.key")
            return ScreenedSigner(door, self._layout.pki, SystemClock())
        return Signer(self._layout.pki, SystemClock())

    def _log_reader(self) -> ReadsLog:
        """Where systemd's journal has the log, it is not this process's to read."""
        if self._layout.is_appliance:
            return LogDoor(self._layout.log_socket)
        return RingReader(self._layout.log)

    def _hashing(self) -> Hashing:
        """Whoever waits for it has a request thread, of which at least three in four are for others."""
        return Hashing(
            waiting_max=lambda: min(WAITING_MAX, max(1, self.settings().threads_max // 4)),
            workers=lambda: self.settings().workers,
        )

    def settings(self) -> ServerSettings:
        """Those that requests are served by now."""
        return self._settings if self._runtime is None else self._runtime.switch.current().settings

    def memory(self) -> Memory:
        """The budget of this worker, once it has loaded."""
        assert self._metrics is not None

        def limit() -> int:
            return self.settings().memory_bytes_max

        return Memory(limit, MemoryMetrics(self._metrics.registry, limit))

    def load_seen(self, in_flight: int) -> None:
        """Called in the worker, each tick, with the number of its requests."""
        if self._load is not None:
            self._load.tick(in_flight)

    def forget(self, pid: int) -> None:
        """Called in the master when a worker has ended, however."""
        self._counters.forget(pid)

    def stop(self) -> None:
        """Called when the worker ends in an orderly way."""
        if self._runtime is not None:
            self._runtime.stop()
        if self._broker is not None:
            self._broker.stop()
