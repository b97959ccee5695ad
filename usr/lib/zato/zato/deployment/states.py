"""Keeping the states of deployments true to what the configuration says is active."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from zato.config.kinds import DeploymentVersion
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.deployment.activation import Activation
from zato.deployment.decision import REPORT_TIME, Verdict, decide
from zato.host.logs import get_logger
from zato.odb.deployments import Deployment, Deployments, DeploymentState, Report

_log = get_logger("zato.deployment")
# A check takes seconds; the worker that was at it has ended in the middle.
_CHECK_TIME = timedelta(seconds=60)


Active = tuple[int, DeploymentVersion] | None
"""Revision and version of what is active under a deployment's file name."""


class States:
    """Changes of state that any worker may make; each is a conditional update, so it happens once."""

    def __init__(self, deployments: Deployments, activation: Activation, clock: Clock) -> None:
        self._deployments = deployments
        self._activation = activation
        self._clock = clock
        self._revision: int | None = None
        self._known: Mapping[str, tuple[int, int]] = {}
        self._swept = clock.monotonic()

    def follow(self) -> bool:
        """Note what became active or was withdrawn since the last call, be it by a roll-back of configuration.

        True where there was something.
        """
        revision = self._activation.revision()
        changed = False
        if revision != self._revision:
            now = self._activation.all_active()
            changed = {name: one[0] for name, one in now.items()} != {name: one[0] for name, one in self._known.items()}
            for name, (old, _) in self._known.items():
                if name not in now or now[name][0] != old:
                    self._deployments.set_state(old, {DeploymentState.ACTIVE}, DeploymentState.SUPERSEDED)
            if self._revision is not None:
                for name, (new, at) in now.items():
                    if name not in self._known or self._known[name][0] != new:
                        # Those that were deployed together are not staged one by one, and may still be at their check
                        self._deployments.set_state(
                            new,
                            {DeploymentState.SUPERSEDED, DeploymentState.CHECKING},
                            DeploymentState.ACTIVE,
                            revision=at,
                        )
            self._known, self._revision = now, revision
        if self._clock.monotonic() - self._swept > _CHECK_TIME.total_seconds():
            self._swept = self._clock.monotonic()
            self._sweep()
        return changed

    def finish(self, deployment: Deployment, revision: int) -> None:
        """Writes down that all workers serve it."""
        if self._deployments.set_state(
            deployment.id, {DeploymentState.STAGED}, DeploymentState.ACTIVE, revision=revision
        ):
            _log.info(
                "Deployment active",
                file=deployment.file_name,
                deployment=deployment.id,
                revision=revision,
                cid=deployment.cid,
            )

    def move_on(
        self,
        deployment: Deployment,
        active: Active,
        reports: Sequence[Report],
        waited: timedelta,
        by: Author | None = None,
    ) -> None:
        """Do what is due for a staged deployment. `active` was read before, `by` is who activates an earlier version.

        A new version is activated by whichever worker sees first that it can be, in the name of who deployed it. An
        earlier one only by the request that asked for it, in the name of who asks.
        """
        decision = decide(self._activation.live_workers(), reports, waited)
        if decision.verdict is Verdict.REJECT:
            self._reject(deployment, decision.reason or "It was rejected.")
        elif decision.verdict is Verdict.ACTIVATE and (by is not None or not was_active(deployment)):
            self._activate(deployment, active, by or Author(deployment.author, deployment.cid, deployment.origin))
        elif waited >= REPORT_TIME:
            self._reject(deployment, "The worker that was asked to activate it has ended.")

    def _activate(self, deployment: Deployment, active: Active, by: Author) -> None:
        # Read again after what it replaces was read: where this worker has slept through the deployment's whole turn
        # and that of the next one, the state tells, and where it sleeps from here on, the revision does.
        if self._deployments.get(deployment.id).state is not DeploymentState.STAGED:
            return
        try:
            self._activation.activate(deployment, None if active is None else active[0], by)
        except ZatoError as error:
            if error.retriable:
                raise
            self._reject(deployment, error.message)

    def _reject(self, deployment: Deployment, reason: str) -> None:
        """Writes down that it does not become active. One that was active earlier becomes superseded again."""
        again = was_active(deployment)
        if self._deployments.set_state(
            deployment.id,
            {DeploymentState.STAGED},
            DeploymentState.SUPERSEDED if again else DeploymentState.REJECTED,
            reason=None if again else reason,
            reason_file=None if again else deployment.file_name,
        ):
            _log.warning(
                "Deployment rejected",
                file=deployment.file_name,
                deployment=deployment.id,
                reason=reason,
                cid=deployment.cid,
            )

    def _sweep(self) -> None:
        for deployment in self._deployments.in_state(DeploymentState.CHECKING):
            if self._clock.now() - deployment.created > _CHECK_TIME:
                self._deployments.set_state(
                    deployment.id,
                    {DeploymentState.CHECKING},
                    DeploymentState.REJECTED,
                    reason="The worker that checked it ended in the middle; deploy it again.",
                    reason_file=deployment.file_name,
                )


def was_active(deployment: Deployment) -> bool:
    """Whether this version has been active before."""
    return deployment.revision is not None
