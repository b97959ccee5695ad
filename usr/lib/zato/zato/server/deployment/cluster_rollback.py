"""The whole cluster back at an earlier revision: its code staged as one, and switched to at one moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from zato.config.kinds import DeploymentVersion
from zato.config.plan import Planned, Summary
from zato.config.publisher import Preview, Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import InvalidInput, TimeLimitExceeded
from zato.odb.deployments import Deployments, DeploymentState
from zato.odb.stagings import Staging, Stagings
from zato.server.check.checker import Checker
from zato.server.check.messages import CheckedFile
from zato.server.check.selection import files_to_try_with
from zato.server.deployment.activation import KIND, Activation, without_moments
from zato.server.deployment.decision import Verdict, decide
from zato.server.loader import CodeSet, DeploymentRefused

_LOOK_SECONDS = 0.01
# A worker that is behind for longer is no reason not to roll back; it may be what the roll-back is to mend.
_SETTLE_SECONDS = 2.0
_APPLY_SECONDS = 20.0


class ClusterRollback:
    """What the admin API calls."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        deployments: Deployments,
        stagings: Stagings,
        activation: Activation,
        checker: Checker,
        running: Callable[[], CodeSet],
        clock: Clock,
        ring: Callable[[int], None] = lambda revision: None,
    ) -> None:
        """`ring` makes workers look."""
        self._publisher = publisher
        self._deployments = deployments
        self._stagings = stagings
        self._activation = activation
        self._checker = checker
        self._running = running
        self._clock = clock
        self._ring = ring

    def rollback(self, to_revision: int, *, by: Author, with_security: bool = False) -> Summary:
        """Every item as it was at a revision, on all live workers when it returns; code that differs at one moment.

        Security definitions stay as they are, unless `with_security`.

        Raises InvalidInput (deployment-rejected) where the code of that revision cannot be loaded, by a check or by
        one worker, and then nothing is changed; TimeLimitExceeded where it is changed and some worker is late.
        """
        staged: list[Staging] = []

        def prepare(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
            kept = self._needed(changes)
            if any(change.kind == KIND for change in kept):
                self._end(staged)  # that of an attempt before this one
                self._settle(base)
                self._check(to_revision, kept)
                staged.append(self._stagings.begin(to_revision, self._clock.now()))
                self._ring(base)
                self._await_loaded(staged[-1])
            return _switching_at(kept, self._activation.moment())

        try:
            summary = self._publisher.rollback_all(to_revision, by=by, prepare=prepare, with_security=with_security)
            if not self._holds(lambda: self._activation.applied(summary.revision), _APPLY_SECONDS):
                raise TimeLimitExceeded(
                    f"The cluster is rolled back by revision {summary.revision}, but not all workers serve from it "
                    f"after {_APPLY_SECONDS:g} s; zato status shows which do not."
                )
        finally:
            self._end(staged)
        return summary

    def preview(self, to_revision: int, *, by: Author, with_security: bool = False) -> Preview:
        """What `rollback` would change, with the code of then checked. Raises as it does, but for what workers say."""

        def prepare(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
            kept = self._needed(changes)
            self._check(to_revision, kept)
            return kept

        found = self._publisher.preview(
            lambda publisher: publisher.rollback_all(to_revision, by=by, prepare=prepare, with_security=with_security)
        )
        return without_moments(found)

    def _needed(self, changes: Sequence[Planned]) -> list[Planned]:
        active = self._activation.all_active()
        return [change for change in changes if not _is_active(change, active)]

    def _settle(self, base: int) -> None:
        """Let the workers load on top of what is written already, and a deployment that is nearly done be done."""

        def settled() -> bool:
            active = {deployment_id for deployment_id, _ in self._activation.all_active().values()}
            staged = self._deployments.in_state(DeploymentState.STAGED)
            return self._activation.applied(base) and not any(deployment.id in active for deployment in staged)

        self._holds(settled, _SETTLE_SECONDS)

    def _check(self, to_revision: int, changes: Sequence[Planned]) -> None:
        """In a process of its own first, so that no worker gets to load what hangs or ends its process."""
        running = self._running()
        versions = {change.name: change.value for change in changes if change.kind == KIND}
        files = [
            CheckedFile(name, self._deployments.source(version.deployment_id), version.deployment_id)
            for name, version in versions.items()
            if isinstance(version, DeploymentVersion)
        ]
        if not files:
            return
        try:
            beside = {name for file in files for name in files_to_try_with(running, file.file_name, file.source)}
            others = [
                CheckedFile(name, running.files[name].source.data, running.files[name].source.deployment_id)
                for name in sorted(beside - versions.keys())
            ]
            owners = {name: entry.file_name for name, entry in running.services.items()}
            owners = {service: file for service, file in owners.items() if file not in versions}
            refusal = self._checker.check_together(files, others, owners).refusal
        except DeploymentRefused as error:
            refusal = error.refusal
        if refusal is not None:
            refused = DeploymentRefused(refusal)
            raise _refused(to_revision, refused.message, refused.details)

    def _await_loaded(self, staging: Staging) -> None:
        started = self._clock.monotonic()
        while True:
            waited = timedelta(seconds=self._clock.monotonic() - started)
            decision = decide(self._activation.live_workers(), self._stagings.reports(staging), waited)
            if decision.verdict is Verdict.ACTIVATE:
                return
            if decision.verdict is Verdict.REJECT:
                reason = decision.reason or "Not all workers could load it."
                raise _refused(staging.revision, reason, (f"reason: {reason}", "rule: not-loadable"))
            time.sleep(_LOOK_SECONDS)

    def _end(self, staged: list[Staging]) -> None:
        """Deployments that have waited are loaded anew, on top of what is active now."""
        while staged:
            self._stagings.end(staged.pop())
            for deployment in self._deployments.in_state(DeploymentState.STAGED):
                self._deployments.set_state(deployment.id, {DeploymentState.STAGED}, DeploymentState.STAGED)

    def _holds(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = self._clock.monotonic() + seconds
        while not condition():
            if self._clock.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True


def _is_active(change: Planned, active: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a version is active already and was only activated at another time than now."""
    version = change.value if change.kind == KIND else None
    return isinstance(version, DeploymentVersion) and active.get(change.name, (0, 0))[0] == version.deployment_id


def _switching_at(changes: Sequence[Planned], moment: datetime) -> list[Planned]:
    return [
        replace(change, value=msgspec.structs.replace(change.value, switch_at=moment))
        if isinstance(change.value, DeploymentVersion)
        else change
        for change in changes
    ]


def _refused(to_revision: int, reason: str, details: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        f"The cluster cannot be rolled back to revision {to_revision}. {reason}",
        code="deployment-rejected",
        details=details,
    )
