"""A worker's part in deployments: load what is staged, report, and move on what everybody has reported on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.odb.deployments import Deployment, Deployments, DeploymentState
from zato.server.deployment.activation import Activation
from zato.server.deployment.decision import Verdict, decide

_log = get_logger("zato.deployment")


class Bell(Protocol):
    """zato.odb.doorbell.Doorbell is one."""

    def changed(self) -> bool: ...


class Stager:
    """Called with every look at the log. No worker is special: whoever sees first that a step is due takes it."""

    def __init__(
        self,
        *,
        worker: str,
        deployments: Deployments,
        activation: Activation,
        load: Callable[[Deployment], None],
        bell: Bell,
        clock: Clock,
    ) -> None:
        """`load` loads a version beside the running one; it raises ZatoError where it cannot."""
        self._worker = worker
        self._deployments = deployments
        self._activation = activation
        self._load = load
        self._bell = bell
        self._clock = clock
        self._reported: set[int] = set()
        self._pending = False

    def step(self) -> None:
        """Look once. Raises Unavailable where the ODB is away."""
        if not self._bell.changed() and not self._pending:
            return
        staged = self._deployments.in_state(DeploymentState.STAGED)
        self._pending = bool(staged)
        for deployment in staged:
            self._report(deployment)
            self._move_on(deployment)

    def _report(self, deployment: Deployment) -> None:
        if deployment.id in self._reported:
            return
        try:
            self._load(deployment)
        except ZatoError as error:
            self._deployments.report(deployment.id, self._worker, False, error.message, self._clock.now())
        else:
            self._deployments.report(deployment.id, self._worker, True, None, self._clock.now())
        self._reported.add(deployment.id)

    def _move_on(self, deployment: Deployment) -> None:
        active = self._activation.active(deployment.file_name)
        if active is not None and active[1].deployment_id == deployment.id:
            if self._activation.applied(active[0]):
                self._finish(deployment, active[0])
            return
        reports = self._deployments.reports(deployment.id)
        decision = decide(deployment.created, self._activation.live_workers(), reports, self._clock.now())
        if decision.verdict is Verdict.REJECT:
            self._reject(deployment, decision.reason or "It was rejected.")
        elif decision.verdict is Verdict.ACTIVATE:
            try:
                self._activation.activate(deployment, Author(deployment.author, deployment.cid))
            except ZatoError as error:
                if error.retriable:
                    raise
                self._reject(deployment, error.message)

    def _reject(self, deployment: Deployment, reason: str) -> None:
        self._deployments.set_state(deployment.id, {DeploymentState.STAGED}, DeploymentState.REJECTED, reason=reason)
        _log.warning("Deployment rejected", file=deployment.file_name, deployment=deployment.id, reason=reason)

    def _finish(self, deployment: Deployment, revision: int) -> None:
        won = self._deployments.set_state(
            deployment.id, {DeploymentState.STAGED}, DeploymentState.ACTIVE, revision=revision
        )
        if won:
            supersede_others(self._deployments, deployment)
            _log.info("Deployment active", file=deployment.file_name, deployment=deployment.id, revision=revision)


def supersede_others(deployments: Deployments, active: Deployment) -> None:
    """What was active under the same name before is not any more."""
    for other in deployments.list(1000, active.file_name):
        if other.id != active.id and other.state is DeploymentState.ACTIVE:
            deployments.set_state(other.id, {DeploymentState.ACTIVE}, DeploymentState.SUPERSEDED)
