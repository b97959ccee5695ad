"""Several files' versions staged as one: every worker loads all of them beside what runs, before any is activated."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from zato.core.clock import Clock
from zato.deployment.activation import Activation
from zato.deployment.decision import Verdict, decide
from zato.odb.deployments import Deployments, DeploymentState
from zato.odb.stagings import Staging, Stagings

_LOOK_SECONDS = 0.01
# A worker that is behind for longer is no reason not to go on; it may be what a roll-back is to mend.
_SETTLE_SECONDS = 2.0
_APPLY_SECONDS = 20.0


class WholeStaging:
    """The cluster has one at a time, and deployments of single files wait meanwhile."""

    def __init__(
        self,
        *,
        deployments: Deployments,
        stagings: Stagings,
        activation: Activation,
        clock: Clock,
        notify: Callable[[int], None] = lambda revision: None,
    ) -> None:
        """`notify` makes workers look."""
        self._deployments = deployments
        self._stagings = stagings
        self._activation = activation
        self._clock = clock
        self._notify = notify

    @contextmanager
    def preparing(self) -> Iterator[Preparation]:
        """What is staged within ends with it."""
        preparation = Preparation(self)
        try:
            yield preparation
        finally:
            preparation.end()

    def applied(self, revision: int) -> bool:
        """Whether all live workers serve from the revision within the time that they have for it."""
        return self._holds(lambda: self._activation.applied(revision), _APPLY_SECONDS)

    def settle(self, base: int) -> None:
        """Let the workers load on top of what is written already, and a deployment that is nearly done be done."""

        def settled() -> bool:
            active = {deployment_id for deployment_id, _ in self._activation.all_active().values()}
            staged = self._deployments.in_state(DeploymentState.STAGED)
            return self._activation.applied(base) and not any(deployment.id in active for deployment in staged)

        self._holds(settled, _SETTLE_SECONDS)

    def begin(self, base: int, revision: int, deployments: Collection[int]) -> Staging:
        """Ask all workers. Raises Conflict (staging-in-progress)."""
        staging = self._stagings.begin(revision, self._clock.now(), tuple(deployments))
        self._notify(base)
        return staging

    def refusal(self, staging: Staging) -> str | None:
        """Why some worker cannot load it, once all have said so or it is known; None where all have loaded it."""
        started = self._clock.monotonic()
        while True:
            waited = timedelta(seconds=self._clock.monotonic() - started)
            decision = decide(self._activation.live_workers(), self._stagings.reports(staging), waited)
            if decision.verdict is Verdict.ACTIVATE:
                return None
            if decision.verdict is Verdict.REJECT:
                return decision.reason or "Not all workers could load it."
            time.sleep(_LOOK_SECONDS)

    def end(self, staging: Staging) -> None:
        """Deployments that have waited are loaded anew, on top of what is active now."""
        self._stagings.end(staging)
        for deployment in self._deployments.in_state(DeploymentState.STAGED):
            self._deployments.set_state(deployment.id, {DeploymentState.STAGED}, DeploymentState.STAGED)

    def _holds(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = self._clock.monotonic() + seconds
        while not condition():
            if self._clock.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True


class Preparation:
    """What one request stages; it may have to do so again, where somebody else was faster."""

    def __init__(self, whole: WholeStaging) -> None:
        self._whole = whole
        self._staging: Staging | None = None

    def settle(self, base: int) -> None:
        """Before anything is looked at: what was staged by an attempt before ends, and the workers are at `base`."""
        self.end()
        self._whole.settle(base)

    def load(self, base: int, revision: int, deployments: Collection[int] = ()) -> str | None:
        """Have all live workers load what was active at `revision`, `deployments` in place of their files' versions.

        The reason where one of them cannot. Raises Conflict (staging-in-progress).
        """
        self._staging = self._whole.begin(base, revision, deployments)
        return self._whole.refusal(self._staging)

    def end(self) -> None:
        if self._staging is not None:
            staging, self._staging = self._staging, None
            self._whole.end(staging)
