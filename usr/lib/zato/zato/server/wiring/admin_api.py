"""The admin API: what each group of its operations works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from zato.admin_api.audit import AuditOperations
from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.broker import BrokerOperations
from zato.admin_api.deployments import DeploymentOperations
from zato.admin_api.enrolment import EnrolmentOperations
from zato.admin_api.first_administrator import FirstAdministratorOperations
from zato.admin_api.held import HoldOperations
from zato.admin_api.here import ServersHere
from zato.admin_api.items import ItemOperations
from zato.admin_api.joining import JoiningOperations
from zato.admin_api.kinds import KindOperations
from zato.admin_api.log import LogOperations
from zato.admin_api.machine import MachineOperations
from zato.admin_api.messages import MessageOperations
from zato.admin_api.oneself import OneselfOperations
from zato.admin_api.overview import OverviewOperations
from zato.admin_api.packages import PackageOperations
from zato.admin_api.route import Route
from zato.admin_api.routes import Operations, table_of
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.servers import ServerOperations
from zato.admin_api.services import ServiceOperations
from zato.admin_api.sessions import SessionOperations
from zato.admin_api.sources import SourceOperations
from zato.admin_api.state import StateOperations
from zato.admin_api.status.cluster_view import ClusterView
from zato.admin_api.status.report import StatusReport
from zato.admin_api.this_machine import Machine
from zato.admin_api.trying import ConnectionTrials
from zato.admin_api.wheels import WheelOperations
from zato.admin_api.whole import WholeOperations
from zato.cluster.enrolment import Enrolment
from zato.cluster.first_administrator import FirstAdministrator
from zato.cluster.signing.client import SigningClient, Signs
from zato.cluster.signing.screening import ScreenedSigner
from zato.cluster.signing.signer import Signer
from zato.config.follower import Replaced
from zato.config.publisher import Publisher
from zato.core.clock import Clock
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.deployer import Deployer
from zato.deployment.package_agreement import PackageAgreement
from zato.host.layout import Layout
from zato.logbook.client import LogClient
from zato.logbook.reader import ReadsLog
from zato.logbook.ring_reader import RingReader
from zato.odb.kept import Kept
from zato.security.second_factor import SecondFactor
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence


def admin_routes(
    *,
    persistence: Persistence,
    messaging: Messaging,
    publisher: Publisher,
    deployer: Deployer,
    rollback: ClusterRollback,
    packages: PackageAgreement,
    worker: RunningWorker,
    enrolment: Enrolment,
    second_factor: SecondFactor,
    recorder: AuditRecorder,
    replaced: Callable[[], Replaced | None],
    kept: Callable[[], Kept | None],
    days: Mapping[str, int],
    log_reader: ReadsLog,
    here: ServersHere,
    machine: Machine,
    clock: Clock,
    version: str,
) -> tuple[Route, ...]:
    """The table of all operations, whose `days` say for how many of them what is kept stays."""
    log, members, deployments = persistence.log, persistence.members, persistence.deployments
    dead_letters, state = messaging.invocations, persistence.state
    first = FirstAdministrator(persistence.first_tokens, publisher, clock)
    view = ClusterView(
        log=log,
        members=members,
        deployments=deployments,
        package_reports=persistence.package_reports,
        first_administrator=first,
        state=state,
        dead_letters=dead_letters,
        broker=messaging.broker,
        worker=worker,
        replaced=replaced,
        kept=kept,
        public=machine.public_certificate,
        clock=clock,
    )
    report = StatusReport(view, version=version, days=days)
    groups: tuple[Operations, ...] = (
        KindOperations(),
        ItemOperations(publisher=publisher, log=log, worker=worker, deployer=deployer, recorder=recorder),
        ConnectionTrials(publisher=publisher, worker=worker, recorder=recorder),
        WholeOperations(publisher=publisher, cluster_rollback=rollback, log=log, worker=worker),
        DeploymentOperations(
            deployments=deployments, deployer=deployer, members=members, clock=clock, recorder=recorder, worker=worker
        ),
        SourceOperations(deployments),
        ServiceOperations(worker=worker, log_reader=log_reader),
        PackageOperations(
            packages=packages, package_reports=persistence.package_reports, members=members, recorder=recorder
        ),
        WheelOperations(wheels=persistence.wheels, recorder=recorder, clock=clock),
        MessageOperations(worker=worker, dead_letters=dead_letters, audit=persistence.audit, clock=clock),
        StateOperations(report),
        OverviewOperations(report=report, publisher=publisher, deployments=deployments, worker=worker),
        HoldOperations(state=state, held=persistence.held, dead_letters=dead_letters, clock=clock),
        AuditOperations(persistence.audit),
        LogOperations(log_reader, here),
        MachineOperations(machine, here, clock.now),
        JoiningOperations(enrolment=enrolment, recorder=recorder, clock=clock),
        BrokerOperations(broker=messaging.broker, dead_letters=dead_letters, state=state),
        SessionOperations(
            sessions=persistence.sessions, worker=worker, clock=clock, second_factor=second_factor, recorder=recorder
        ),
        OneselfOperations(worker=worker, publisher=publisher, second_factor=second_factor, recorder=recorder),
        ServerOperations(publisher),
        FirstAdministratorOperations(first),
        EnrolmentOperations(enrolment=enrolment, members=members, worker=worker, clock=clock, version=version),
    )
    return table_of(groups, version=version, channels=worker.channels_document)


def signer_of(layout: Layout, clock: Clock) -> Signs:
    """Where the cluster is one user's, so is the CA's key; otherwise it is root's, on one machine."""
    if layout.is_appliance:
        return ScreenedSigner(SigningClient(layout.signing_socket, layout.pki / "ca.key"), layout.pki, clock)
    return Signer(layout.pki, clock)


def log_reader_of(layout: Layout) -> ReadsLog:
    """Where systemd's journal has the log, it is not this process's to read."""
    return LogClient(layout.log_socket) if layout.is_appliance else RingReader(layout.log)
