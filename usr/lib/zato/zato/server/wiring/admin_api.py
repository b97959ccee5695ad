"""The admin API: what each of its operations works with."""

from __future__ import annotations

from collections.abc import Callable

from zato import __version__
from zato.admin_api.collaborators import AdminCollaborators
from zato.admin_api.here import ServersHere
from zato.admin_api.kept import KeptFigures, days_of
from zato.admin_api.running import RunningWorker
from zato.admin_api.this_machine import Machine
from zato.admin_api.trail import Trail
from zato.config.enrolment import Enrolment
from zato.config.first_administrator import FirstAdministrator
from zato.core.clock import Clock
from zato.host.layout import Layout
from zato.host.settings import ServerSettings
from zato.logbook.door import LogDoor
from zato.logbook.reader import ReadsLog
from zato.logbook.ring_reader import RingReader
from zato.metrics import ADMIN, Metrics
from zato.pki.enrolment.door import SigningDoor, Signs
from zato.pki.enrolment.screening import ScreenedSigner
from zato.pki.enrolment.signer import Signer
from zato.security.second_factor import SecondFactor
from zato.security.sessions import PeopleSessions
from zato.server.runtime import Runtime
from zato.server.wiring.deployment import Deploying
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.serving import Serving
from zato.server.wiring.shared import Shared


def wire_admin_api(
    shared: Shared,
    persistence: Persistence,
    messaging: Messaging,
    serving: Serving,
    deploying: Deploying,
    runtime: Runtime,
    second_factor: SecondFactor,
    kept: KeptFigures,
    metrics: Metrics,
    settings: Callable[[], ServerSettings],
    clock: Clock,
) -> AdminCollaborators:
    """By subject."""
    layout, publisher, members = shared.layout, deploying.publisher, persistence.members
    return AdminCollaborators(
        publisher=publisher,
        first_administrator=FirstAdministrator(persistence.first_tokens, publisher, clock),
        enrolment=Enrolment(
            _signer(layout, clock),
            publisher,
            members,
            cluster=shared.cluster,
            authority=layout.ca_certificate,
            secret_key=persistence.secret_key,
        ),
        log=persistence.log,
        deployments=persistence.deployments,
        deployer=deploying.deployer,
        packages=deploying.packages,
        package_reports=persistence.package_reports,
        cluster_rollback=deploying.rollback,
        members=members,
        audit=persistence.audit,
        trail=Trail(persistence.audit, clock),
        sessions=persistence.sessions,
        people=PeopleSessions(persistence.sessions, clock, lambda: settings().workers),
        second_factor=second_factor,
        state=persistence.state,
        held=persistence.held,
        replaced=lambda: runtime.replaced,
        kept=kept.current,
        days=days_of(shared.cluster),
        broker=messaging.broker,
        admission=serving.admission,
        worker=RunningWorker(
            serving.switch,
            serving.dispatcher,
            messaging.asynchronous,
            persistence.secrets,
            lambda: runtime.problem,
        ),
        letters=messaging.invocations,
        log_reader=_log_reader(layout),
        here=ServersHere(members, lambda: layout.server_numbers(shared.cluster.servers)),
        machine=Machine(layout),
        clock=clock,
        version=__version__,
        count=lambda operation, status, seconds: metrics.route(ADMIN, operation).observe(status, seconds),
    )


def _signer(layout: Layout, clock: Clock) -> Signs:
    """Where the cluster is one user's, so is the CA's key; otherwise it is root's, on one machine."""
    if layout.is_appliance:
        return ScreenedSigner(SigningDoor(layout.signing_socket, layout.pki / "ca.key"), layout.pki, clock)
    return Signer(layout.pki, clock)


def _log_reader(layout: Layout) -> ReadsLog:
    """Where systemd's journal has the log, it is not this process's to read."""
    return LogDoor(layout.log_socket) if layout.is_appliance else RingReader(layout.log)
