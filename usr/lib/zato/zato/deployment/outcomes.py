"""Waiting for what becomes of a deployment on all workers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import TimeLimitExceeded
from zato.deployment.activation import Activation
from zato.deployment.loader import DeploymentRefused, Refusal
from zato.deployment.states import States
from zato.odb.deployments import Deployment, Deployments, DeploymentState

T = TypeVar("T")

_LOOK_SECONDS = 0.01
# Others may be waiting for their turn, too.
_PATIENCE_SECONDS = 60.0


class Outcomes:
    """What the requests that deploy wait for."""

    def __init__(self, deployments: Deployments, activation: Activation, clock: Clock) -> None:
        self._deployments = deployments
        self._activation = activation
        self._clock = clock
        self._states = States(deployments, activation, clock)

    def of(self, before: Deployment, by: Author | None) -> Deployment:
        """The deployment once it is not staged any more; `by` is in whose name an earlier version is activated.

        Raises DeploymentRefused where it did not become active, TimeLimitExceeded.
        """

        def look() -> Deployment | None:
            deployment = self._deployments.get(before.id)
            if deployment.state is not DeploymentState.STAGED:
                return deployment
            if by is not None:
                self._move_on(deployment, by)
            return None

        deployment = self._await(look, f"Deployment {before.id} of {before.file_name}")
        if deployment.revision != before.revision:
            return deployment
        raise DeploymentRefused(self._refusal(deployment))

    def withdrawn(self, revision: int, what: str) -> None:
        """Returns once all live workers have applied the revision. Raises TimeLimitExceeded about `what`."""
        self._await(lambda: self._activation.applied(revision) or None, what)

    def _move_on(self, deployment: Deployment, by: Author) -> None:
        """For an earlier version: only this request knows in whose name it is to be activated."""
        active = self._activation.active(deployment.file_name)
        if active is None or active[1].deployment_id != deployment.id:
            reports = self._deployments.reports(deployment.id)
            self._states.move_on(deployment, active, reports, timedelta(), by)

    def _refusal(self, deployment: Deployment) -> Refusal:
        """Why the workers did not take it. A version that was active before keeps no reason in its row."""
        reason = deployment.reason
        if reason is None:
            failed = [report for report in self._deployments.reports(deployment.id) if not report.ok]
            reason = failed[0].reason if failed else None
        reason = reason or "Not all workers said in time that it can be loaded."
        return Refusal("not-loadable", reason, deployment.file_name)

    def _await(self, look: Callable[[], T | None], what: str) -> T:
        deadline = self._clock.monotonic() + _PATIENCE_SECONDS
        while True:
            found = look()
            if found is not None:
                return found
            if self._clock.monotonic() > deadline:
                raise TimeLimitExceeded(
                    f"{what} has not come to an end after {_PATIENCE_SECONDS:g} s; "
                    "zato service versions shows what becomes of it."
                )
            time.sleep(_LOOK_SECONDS)
