"""A worker's part in deployments: load what is staged, report, and move on what everybody has reported on."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from zato.config.follower import Notifier
from zato.core.clock import Clock
from zato.deployment.activation import Activation
from zato.deployment.attempt import Attempt
from zato.deployment.decision import REPORT_TIME
from zato.deployment.revision_stager import RevisionStager
from zato.deployment.states import States
from zato.odb.deployments import Deployment, Deployments, DeploymentState, Report

# A notification can be missed, for instance by another worker's death in the middle of something.
_LOOK_ANYWAY_SECONDS = 2.0
# By then the requests that run on what was replaced are over, as a rule.
_COLLECT_AFTER_SECONDS = 1.0


class Stager:
    """Called with every look at the log. No worker is special: whoever sees first that a step is due takes it.

    Staged deployments take turns, so that each is loaded by all workers on top of the same code; a roll-back of the
    whole cluster has precedence.
    """

    def __init__(
        self,
        *,
        worker: str,
        deployments: Deployments,
        activation: Activation,
        load: Callable[[Deployment], None],
        whole: RevisionStager,
        notifier: Notifier,
        clock: Clock,
        ready: Callable[[], None],
        over: Callable[[], None],
    ) -> None:
        """`load` loads a version beside the running one; it raises ZatoError where it cannot.

        `ready` is called before others can learn that this worker has loaded it, `over` where nothing is staged.
        """
        self._worker = worker
        self._deployments = deployments
        self._activation = activation
        self._load = load
        self._whole = whole
        self._notifier = notifier
        self._clock = clock
        self._ready = ready
        self._over = over
        self._states = States(deployments, activation, clock)
        self._pending = False
        self._looked = -_LOOK_ANYWAY_SECONDS
        self._turn: tuple[int, float] | None = None
        self._attempt: Attempt | None = None
        self._late: dict[int, int] = {}
        self._collect_at = math.inf

    @property
    def pending(self) -> bool:
        """Whether something is under way that wants a look soon."""
        return self._pending

    def step(self) -> None:
        """Look once. Raises Unavailable where the ODB is away."""
        now = self._clock.monotonic()
        self._collect(now)
        notified = self._notifier.changed()
        if not notified and not self._pending and now - self._looked < _LOOK_ANYWAY_SECONDS:
            return
        self._pending = True  # should anything below raise, the notification was not in vain
        if self._states.follow():
            self._collect_at = min(self._collect_at, now + _COLLECT_AFTER_SECONDS)
        if self._whole.step():
            self._looked, self._turn, self._attempt = now, None, None
            return
        staged = self._deployments.in_state(DeploymentState.STAGED)
        self._pending = bool(staged)
        self._looked = now
        waiting = [deployment for deployment in staged if not self._is_late(deployment)]
        if waiting:
            self._take_turn(waiting[0])
        else:
            self._turn = self._attempt = None
            self._over()

    def _collect(self, now: float) -> None:
        """Free the modules that were replaced. Modules are cycles: left alone, a quiet worker would keep dozens."""
        if now >= self._collect_at:
            self._collect_at = math.inf
            gc.collect()

    def _is_late(self, deployment: Deployment) -> bool:
        """Whether it is active, but for a worker that has been behind for long: the others need not wait for that."""
        revision = self._late.get(deployment.id)
        if revision is None:
            return False
        if self._activation.applied(revision):
            self._states.finish(deployment, revision)
            del self._late[deployment.id]
        return True

    def _take_turn(self, deployment: Deployment) -> None:
        if self._turn is None or self._turn[0] != deployment.id:
            self._turn = (deployment.id, self._clock.monotonic())
            self._attempt = None
        waited = timedelta(seconds=self._clock.monotonic() - self._turn[1])
        active = self._activation.active(deployment.file_name)
        if active is not None and active[1].deployment_id == deployment.id:
            if self._activation.applied(active[0]):
                self._states.finish(deployment, active[0])
            elif waited > REPORT_TIME:
                self._late[deployment.id] = active[0]
            return
        reports: Sequence[Report] = self._deployments.reports(deployment.id)
        if not any(report.worker == self._worker for report in reports):
            reports = self._report(deployment)
        self._states.move_on(deployment, active, reports, waited)

    def _report(self, deployment: Deployment) -> Sequence[Report]:
        """Say whether this worker could load it, as soon as that is known. Returns all reports there are."""
        attempt = self._attempt or Attempt(lambda: self._load(deployment))
        self._attempt = None  # once it has ended, a further turn of the same deployment tries again
        outcome = attempt.outcome()
        if outcome is None:
            self._attempt = attempt
        else:
            if outcome.ok:
                self._ready()
            self._deployments.report(deployment.id, self._worker, outcome.ok, outcome.reason, self._clock.now())
        return self._deployments.reports(deployment.id)
