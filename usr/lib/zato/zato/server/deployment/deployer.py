"""Deploying a file on request: check it, stage it, and wait until it is active everywhere or refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from zato.config.publisher import Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import Conflict, NotFound, TimeLimitExceeded
from zato.odb.deployments import Deployment, Deployments, DeploymentState
from zato.server.check.checker import Checker
from zato.server.deployment.activation import KIND, Activation
from zato.server.deployment.stager import supersede_others
from zato.server.loader import CodeSet, DeploymentRefused, Refusal

_LOOK_SECONDS = 0.01
_PATIENCE_SECONDS = 20.0


class Deployer:
    """What the admin API calls. Each method returns when the thing is done on all live workers, or raises."""

    def __init__(
        self,
        *,
        deployments: Deployments,
        activation: Activation,
        publisher: Publisher,
        checker: Checker,
        running: Callable[[], CodeSet],
        clock: Clock,
    ) -> None:
        self._deployments = deployments
        self._activation = activation
        self._publisher = publisher
        self._checker = checker
        self._running = running
        self._clock = clock

    def deploy(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        """The active deployment of a file; what is active already stays as it is.

        Raises InvalidInput (deployment-rejected) whose details have file and line where they are known.
        """
        digest = sha256(source).hexdigest()
        active = self._activation.active(file_name)
        if active is not None and active[1].sha256 == digest:
            return self._deployments.get(active[1].deployment_id)
        deployment = self._deployments.add(
            file_name=file_name,
            module=Path(file_name).stem,
            form=Path(file_name).suffix.removeprefix("."),
            sha256=digest,
            source=source,
            author=by.principal,
            cid=by.cid,
            at=self._clock.now(),
        )
        services = self._check(deployment, source)
        self._deployments.set_state(
            deployment.id, {DeploymentState.CHECKING}, DeploymentState.STAGED, services=services
        )
        return self._await_outcome(deployment.id)

    def activate(self, deployment_id: int, *, by: Author) -> Deployment:
        """Make an earlier version the active one again, after the same check. Raises as `deploy` does."""
        deployment = self._deployments.get(deployment_id)
        if deployment.state not in (DeploymentState.ACTIVE, DeploymentState.SUPERSEDED):
            raise Conflict(
                f"Deployment {deployment_id} is {deployment.state}, so it never ran; deploy its file again.",
                code="not-activatable",
            )
        result = self._checker.check(
            self._running(), deployment.file_name, self._deployments.source(deployment_id), deployment_id
        )
        if result.refusal is not None:
            raise DeploymentRefused(result.refusal)
        revision = self._activation.activate(deployment, by)
        self._await_applied(revision)
        self._deployments.set_state(
            deployment_id,
            {DeploymentState.ACTIVE, DeploymentState.SUPERSEDED},
            DeploymentState.ACTIVE,
            revision=revision,
        )
        supersede_others(self._deployments, deployment)
        return self._deployments.get(deployment_id)

    def undeploy(self, file_name: str, *, by: Author) -> int | None:
        """Withdraw a file; its services are gone when this returns. Raises NotFound."""
        active = self._activation.active(file_name)
        if active is None:
            raise NotFound(f"{file_name} is not deployed; zato service versions lists what is.", code="no-such-item")
        revision = self._publisher.delete(KIND, file_name, active[0], by=by)
        self._await_applied(revision)
        self._deployments.set_state(active[1].deployment_id, {DeploymentState.ACTIVE}, DeploymentState.SUPERSEDED)
        return revision

    def _check(self, deployment: Deployment, source: bytes) -> tuple[str, ...]:
        result = self._checker.check(self._running(), deployment.file_name, source, deployment.id)
        if result.refusal is None:
            return tuple(service.name for service in result.services)
        refusal = result.refusal
        self._deployments.set_state(
            deployment.id,
            {DeploymentState.CHECKING},
            DeploymentState.REJECTED,
            reason=refusal.reason,
            reason_file=refusal.file,
            reason_line=refusal.line,
        )
        raise DeploymentRefused(refusal)

    def _await_outcome(self, deployment_id: int) -> Deployment:
        deadline = self._clock.monotonic() + _PATIENCE_SECONDS
        while self._clock.monotonic() < deadline:
            deployment = self._deployments.get(deployment_id)
            if deployment.state is DeploymentState.REJECTED:
                reason = deployment.reason or "A worker could not load it."
                raise DeploymentRefused(Refusal("not-loadable", reason, deployment.file_name))
            if deployment.state in (DeploymentState.ACTIVE, DeploymentState.SUPERSEDED):
                return deployment
            time.sleep(_LOOK_SECONDS)
        raise TimeLimitExceeded(
            f"Deployment {deployment_id} was neither active nor refused after {_PATIENCE_SECONDS:g} s; "
            "zato service versions shows what becomes of it."
        )

    def _await_applied(self, revision: int) -> None:
        deadline = self._clock.monotonic() + _PATIENCE_SECONDS
        while not self._activation.applied(revision):
            if self._clock.monotonic() > deadline:
                raise TimeLimitExceeded(f"Not all workers have applied revision {revision} after 20 s.")
            time.sleep(_LOOK_SECONDS)
