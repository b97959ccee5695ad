"""The thread that follows the log, and all that is done with each of its looks."""

from __future__ import annotations

from collections.abc import Callable

from zato.core.clock import Clock
from zato.deployment.stager import Stager
from zato.metrics import Metrics
from zato.odb.change_notifier import ChangeNotifier
from zato.odb.members import Load
from zato.security.second_factor import SecondFactor
from zato.server.runtime import Runtime
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import Persistence
from zato.server.wiring.serving import Serving
from zato.server.wiring.shared import Shared


def wire_runtime(
    *,
    shared: Shared,
    persistence: Persistence,
    messaging: Messaging,
    serving: Serving,
    stager: Stager,
    second_factor: SecondFactor,
    metrics: Metrics,
    load: Callable[[], Load],
    worker: str,
    clock: Clock,
) -> Runtime:
    """A runtime that has not started. `load` is what other workers are told of this one's load."""
    return Runtime(
        worker=worker,
        server=shared.server,
        log=persistence.log,
        notifier=messaging.broker.notifier(ChangeNotifier(persistence.database)),
        members=persistence.members,
        switch=serving.switch,
        builder=serving.builder,
        code=serving.code,
        disk=serving.disk,
        metrics=metrics,
        clock=clock,
        staleness=serving.staleness,
        load=load,
        each_tick=(stager.step, second_factor.keep_known),
        busy=lambda: stager.pending or serving.staleness.expects_switch,
    )
