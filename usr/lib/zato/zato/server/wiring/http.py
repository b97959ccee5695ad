"""What is answered over HTTP: users' channels, Zato's own paths, the internal door, the admin API."""

from __future__ import annotations

from zato import __version__
from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.here import ServersHere
from zato.admin_api.kept import KeptFigures, days_of
from zato.admin_api.resource import AdminShell
from zato.admin_api.routes import add_routes
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.this_machine import Machine
from zato.cluster.enrolment import Enrolment
from zato.core.clock import Clock
from zato.host.draining import Draining
from zato.host.usage import usage
from zato.internal.door import InternalInvocations
from zato.internal.invocation import PATH
from zato.metrics import ADMIN, Exposition, Metrics
from zato.metrics.build import Build
from zato.metrics.certificates import Certificates
from zato.metrics.cluster import SharedParts
from zato.metrics.edge import EdgeLimits
from zato.metrics.kept import KeptRows
from zato.metrics.processes import Processes
from zato.security.second_factor import SecondFactor
from zato.security.sessions import PeopleSessions
from zato.server.runtime import Runtime
from zato.server.wiring.admin_api import admin_routes, log_reader_of, signer_of
from zato.server.wiring.deployment import Deploying
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.serving import Serving
from zato.server.wiring.shared import Shared
from zato.serving.http.app import HttpApplication
from zato.serving.http.fixed import add_fixed_routes
from zato.serving.http.own_paths import OwnPaths, own_paths


def wire_http(serving: Serving, own: OwnPaths, metrics: Metrics) -> HttpApplication:
    """The WSGI application: channels, and Zato's own paths."""
    return HttpApplication(serving.switch, serving.staleness, own, metrics.unrouted)


def wire_own_paths(serving: Serving, shared: Shared, metrics: Metrics, exposition: Exposition) -> OwnPaths:
    """All that is under /zato/, but for the admin API."""
    own = own_paths(metrics.unrouted)
    draining = Draining(shared.paths.draining)
    add_fixed_routes(own, serving.switch, draining, serving.staleness, serving.admission, exposition)
    own.add_route(PATH, InternalInvocations(serving.switch, metrics, serving.staleness))
    return own


def add_admin_api(
    own: OwnPaths,
    *,
    shared: Shared,
    persistence: Persistence,
    messaging: Messaging,
    serving: Serving,
    deploying: Deploying,
    runtime: Runtime,
    second_factor: SecondFactor,
    kept: KeptFigures,
    metrics: Metrics,
    clock: Clock,
) -> None:
    """Add the admin API to Zato's own paths."""
    layout, members = shared.layout, persistence.members
    worker = RunningWorker(serving.switch, messaging.asynchronous, persistence.secrets, lambda: runtime.problem)
    recorder = AuditRecorder(persistence.audit, clock)
    table = admin_routes(
        persistence=persistence,
        messaging=messaging,
        publisher=deploying.publisher,
        deployer=deploying.deployer,
        rollback=deploying.rollback,
        packages=deploying.packages,
        worker=worker,
        enrolment=Enrolment(
            signer_of(layout, clock),
            deploying.publisher,
            members,
            cluster=shared.cluster,
            authority=layout.ca_certificate,
            secret_key=persistence.secret_key,
        ),
        second_factor=second_factor,
        recorder=recorder,
        replaced=lambda: runtime.replaced,
        kept=kept.current,
        days=days_of(shared.cluster),
        log_reader=log_reader_of(layout),
        here=ServersHere(members, lambda: layout.server_numbers(shared.cluster.servers)),
        machine=Machine(layout),
        clock=clock,
        version=__version__,
    )
    shell = AdminShell(
        worker=worker,
        people=PeopleSessions(persistence.sessions, clock, lambda: serving.switch.current().snapshot.settings.workers),
        second_factor=second_factor,
        admission=serving.admission,
        recorder=recorder,
        count=lambda operation, status, seconds: metrics.route(ADMIN, operation).observe(status, seconds),
    )
    add_routes(own, table, shell)


def wire_exposition(shared: Shared, persistence: Persistence, messaging: Messaging, kept: KeptFigures) -> Exposition:
    """What is looked up for each scrape, beside what workers have counted."""
    broker = messaging.broker
    return Exposition(
        shared.server,
        (
            Build(__version__),
            Certificates(shared.layout.pki),
            EdgeLimits(shared.layout.edge_figures),
            KeptRows(kept.current),
            Processes(shared.server, lambda: usage(shared.layout)),
            SharedParts(persistence.log.revision, messaging.invocations, lambda: broker.problem),
        ),
    )
