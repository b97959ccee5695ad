"""The whole cluster back at an earlier revision: its code staged as one, and switched to at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from zato.config.kinds import DeploymentVersion
from zato.config.kinds.deployment import DEPLOYMENT
from zato.config.plan import Planned, Summary
from zato.config.publisher import Preview, Publisher
from zato.config.writer import Author
from zato.core.errors import InvalidInput, TimeLimitExceeded
from zato.deployment.activation import Activation, switching_at, without_moments
from zato.deployment.check.checker import Checker
from zato.deployment.check.messages import CheckedFile
from zato.deployment.loader import CodeSet, DeploymentRefused
from zato.deployment.whole_staging import WholeStaging
from zato.odb.deployments import Deployments


class ClusterRollback:
    """What the admin API calls."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        deployments: Deployments,
        whole: WholeStaging,
        activation: Activation,
        checker: Checker,
        running: Callable[[], CodeSet],
    ) -> None:
        self._publisher = publisher
        self._deployments = deployments
        self._whole = whole
        self._activation = activation
        self._checker = checker
        self._running = running

    def rollback(self, to_revision: int, *, by: Author, with_security: bool = False) -> Summary:
        """Every item as it was at a revision, on all live workers when it returns; code that differs at one moment.

        Security definitions stay as they are, unless `with_security`.

        Raises InvalidInput (deployment-rejected) where the code of that revision cannot be loaded, by a check or by
        one worker, and then nothing is changed; TimeLimitExceeded where it is changed and some worker is late.
        """
        with self._whole.preparing() as preparation:

            def prepare(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
                kept = self._needed(changes)
                if any(change.kind == DEPLOYMENT.name for change in kept):
                    preparation.settle(base)
                    self._check(to_revision, kept)
                    reason = preparation.load(base, to_revision)
                    if reason is not None:
                        raise _refused(to_revision, reason, (f"reason: {reason}", "rule: not-loadable"))
                return switching_at(kept, self._activation.moment())

            summary = self._publisher.rollback_all(to_revision, by=by, prepare=prepare, with_security=with_security)
            if not self._whole.applied(summary.revision):
                raise TimeLimitExceeded(
                    f"The cluster is rolled back by revision {summary.revision}, but not all workers serve from it "
                    "in time; zato status shows which do not."
                )
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

    def _check(self, to_revision: int, changes: Sequence[Planned]) -> None:
        """In a process of its own first, so that no worker gets to load what hangs or ends its process."""
        versions = {change.name: change.value for change in changes if change.kind == DEPLOYMENT.name}
        files = [
            CheckedFile(name, self._deployments.source(version.deployment_id), version.deployment_id)
            for name, version in versions.items()
            if isinstance(version, DeploymentVersion)
        ]
        if not files:
            return
        refusal = self._checker.check_together(self._running(), files, without=versions).refusal
        if refusal is not None:
            refused = DeploymentRefused(refusal)
            raise _refused(to_revision, refused.message, refused.details)


def _is_active(change: Planned, active: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a version is active already and was only activated at another time than now."""
    version = change.value if change.kind == DEPLOYMENT.name else None
    return isinstance(version, DeploymentVersion) and active.get(change.name, (0, 0))[0] == version.deployment_id


def _refused(to_revision: int, reason: str, details: tuple[str, ...]) -> InvalidInput:
    return InvalidInput(
        f"The cluster cannot be rolled back to revision {to_revision}. {reason}",
        code="deployment-rejected",
        details=details,
    )
