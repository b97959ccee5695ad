"""Changes of configuration and code: publishing, checking, staging, activating, rolling back."""

from __future__ import annotations

import os
from dataclasses import dataclass

from zato.config.publisher import Publisher
from zato.core.clock import Clock
from zato.deployment.activation import Activation, lead_for
from zato.deployment.check.checker import Checker
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.deployer import Deployer
from zato.deployment.package_agreement import PackageAgreement
from zato.deployment.revision_stager import RevisionStager
from zato.deployment.staged_code import StagedCode
from zato.deployment.stager import Stager
from zato.deployment.whole_staging import WholeStaging
from zato.host.packages import pip_of
from zato.metrics import Metrics
from zato.odb.change_notifier import PATIENT, ChangeNotifier
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.serving import Serving
from zato.server.wiring.shared import Shared


@dataclass(frozen=True, slots=True)
class Deploying:
    """`stager` is this worker's part in the deployments of all; the others do what this server is asked for."""

    publisher: Publisher
    stager: Stager
    deployer: Deployer
    rollback: ClusterRollback
    packages: PackageAgreement


def wire_deployment(
    *,
    shared: Shared,
    persistence: Persistence,
    messaging: Messaging,
    serving: Serving,
    metrics: Metrics,
    worker: str,
    clock: Clock,
) -> Deploying:
    """Starts nothing; the checker asks a process that the master has begun."""
    notify = messaging.broker.notify
    publisher = Publisher(persistence.log, persistence.secrets, clock, notify, shared.hashed_passwords)
    polled = ChangeNotifier(persistence.database, PATIENT)
    lead = lead_for(polled.interval_seconds)
    activation = Activation(publisher, persistence.log, persistence.members, clock, lead=lead)
    checker = Checker(shared.paths.run / "check.sock", owner=os.getppid(), packages=lambda: shared.packages.directory)
    whole = WholeStaging(
        deployments=persistence.deployments,
        stagings=persistence.stagings,
        activation=activation,
        clock=clock,
        notify=notify,
    )
    staged = StagedCode(serving.code, persistence.log, persistence.deployments, serving.running)
    stager = Stager(
        worker=worker,
        deployments=persistence.deployments,
        activation=activation,
        load=staged.load,
        whole=RevisionStager(
            worker=worker,
            stagings=persistence.stagings,
            load=staged.load_all,
            clock=clock,
            ready=serving.staleness.expect_switch,
        ),
        notifier=messaging.broker.notifier(polled),
        clock=clock,
        ready=serving.staleness.expect_switch,
        over=serving.staleness.expect_none,
    )
    deployer = Deployer(
        deployments=persistence.deployments,
        activation=activation,
        publisher=publisher,
        checker=checker,
        whole=whole,
        running=serving.running,
        clock=clock,
        server=shared.server,
        note=lambda outcome: metrics.deployments.labels(outcome).inc(),
        notify=notify,
    )
    rollback = ClusterRollback(
        publisher=publisher,
        deployments=persistence.deployments,
        whole=whole,
        activation=activation,
        checker=checker,
        running=serving.running,
    )
    packages = PackageAgreement(
        publisher=publisher,
        sets=shared.packages.sets,
        pip=pip_of(shared.layout, shared.cluster, fetch=persistence.wheels.put_into),
        checker=checker,
        running=serving.running,
    )
    return Deploying(publisher, stager, deployer, rollback, packages)
