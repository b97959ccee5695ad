"""What requests are served from and by: the current revision, the code it activates, the limits of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zato.config.configuration import EMPTY
from zato.config.disk import DiskSnapshot
from zato.connector.connections import OutgoingConnections
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.metrics.outgoing import OutgoingCalls
from zato.security.hashing import WAITING_MAX, Hashing
from zato.security.passwords import Passwords
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.shared import Shared
from zato.service.user_config import UserConfigFile
from zato.serving.building import RevisionBuilder
from zato.serving.limits.admission import Admission
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch


@dataclass(frozen=True, slots=True)
class Serving:
    """`switch` has a revision of nothing until the runtime has started."""

    admission: Admission
    disk: DiskSnapshot
    code: CodeLoader
    staleness: Staleness
    builder: RevisionBuilder
    switch: Switch[ServedRevision]

    def running(self) -> CodeSet:
        """The code that requests run on now."""
        return self.switch.current().snapshot.codes


def wire_serving(
    shared: Shared,
    persistence: Persistence,
    messaging: Messaging,
    metrics: Metrics,
    settings: Callable[[], ServerSettings],
) -> Serving:
    """`settings` are those that requests are served by now."""
    admission = Admission(shared.counters, lambda what, name, field: metrics.limited.labels(what, name, field).inc())
    # Whoever waits for it has a request thread, of which at least three in four are for others
    hashing = Hashing(
        waiting_max=lambda: min(WAITING_MAX, max(1, settings().threads_max // 4)), workers=lambda: settings().workers
    )
    builder = RevisionBuilder(
        asynchronous=messaging.asynchronous,
        metrics=metrics,
        secrets=persistence.secrets,
        passwords=Passwords(hashing, lambda outcome: metrics.passwords.labels(outcome).inc()),
        admission=admission,
        user_config=UserConfigFile(shared.paths.applied_user_config, shared.paths.user_config),
        settings=shared.settings,
        outgoing=OutgoingConnections.empty(
            shared.cluster.sqlite_directory_of(shared.layout), OutgoingCalls(metrics.registry).observe
        ),
    )
    disk = DiskSnapshot(shared.paths.snapshot)
    return Serving(
        admission=admission,
        disk=disk,
        code=CodeLoader(persistence.deployments, disk, shared.packages),
        staleness=Staleness(shared.visits),
        builder=builder,
        switch=Switch(builder.build(EMPTY, CodeSet())),
    )
