"""A worker's part where several files change at once, as in a roll-back of the cluster: load all as one, and report."""

from __future__ import annotations

from collections.abc import Callable

from zato.core.clock import Clock
from zato.deployment.attempt import Attempt
from zato.odb.stagings import Staging, Stagings


class RevisionStager:
    """Called with every look at the log."""

    def __init__(
        self,
        *,
        worker: str,
        stagings: Stagings,
        load: Callable[[Staging], None],
        clock: Clock,
        ready: Callable[[], None],
    ) -> None:
        """`load` loads what a staging asks for beside the running code; it raises ZatoError where it cannot.

        `ready` is called before others can learn that this worker has loaded it.
        """
        self._worker = worker
        self._stagings = stagings
        self._load = load
        self._clock = clock
        self._ready = ready
        self._attempt: tuple[Staging, Attempt] | None = None
        self._reported: Staging | None = None

    def step(self) -> bool:
        """Whether a staging is under way, during which deployments wait. Raises Unavailable where the ODB is away."""
        staging = self._stagings.current(self._clock.now())
        if staging is None:
            self._attempt = self._reported = None
            return False
        if staging != self._reported:
            self._report(staging)
        return True

    def _report(self, staging: Staging) -> None:
        if self._attempt is None or self._attempt[0] != staging:
            self._attempt = (staging, Attempt(lambda: self._load(staging)))
        try:
            outcome = self._attempt[1].outcome()
        except Exception:
            self._attempt = None  # it may be different the next time
            raise
        if outcome is not None:
            if outcome.ok:
                self._ready()
            self._stagings.report(staging, self._worker, outcome.ok, outcome.reason, self._clock.now())
            self._reported = staging
