"""What is kept for so many days only is removed after that."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from functools import partial

from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.host.settings import ClusterSettings
from zato.odb.trimming import BATCH, Trimming

_EVERY_SECONDS = 3600.0
_FIRST_SECONDS = 30.0
_log = get_logger("zato.singleton")


class Retention:
    """One `step` at a time, each of which removes a few rows at most, so that nobody waits for it.

    It goes by the settings of the cluster's first machine; a machine that has joined leaves it to that one.
    """

    def __init__(self, trimming: Trimming, cluster: ClusterSettings, clock: Clock) -> None:
        self._trimming = trimming
        self._cluster = cluster
        self._clock = clock
        self._at = clock.monotonic() + _FIRST_SECONDS
        self._left: Iterator[None] | None = None
        self._said = ""

    def step(self) -> None:
        """Where it is due. What fails is said once, and tried again within the hour."""
        if self._cluster.has_joined or (self._left is None and self._clock.monotonic() < self._at):
            return
        if self._left is None:
            self._left = self._round()
        try:
            next(self._left)
        except StopIteration:
            self._end()
            self._said = ""
        except ZatoError as error:
            self._end()
            if error.message != self._said:
                _log.warning("What is too old is not removed for now", reason=error.message)
            self._said = error.message

    def _end(self) -> None:
        self._left = None
        self._at = self._clock.monotonic() + _EVERY_SECONDS

    def _round(self) -> Iterator[None]:
        removed = {}
        cluster, trimming = self._cluster, self._trimming
        # The history first, as deployments are kept while it needs them
        if cluster.history_days:
            until = trimming.begin_history(self._before(cluster.history_days))
            removed["history"] = yield from _all(partial(trimming.history, until))
        for what, days, remove in (
            ("audit", cluster.audit_days, trimming.audit),
            ("dead_letters", cluster.dead_letter_days, trimming.dead_letters),
            ("deployments", cluster.deployment_days, trimming.deployments),
        ):
            if days:
                before = self._before(days)
                removed[what] = yield from _all(partial(remove, before))
        if any(removed.values()):
            _log.info("What was too old was removed", **removed)

    def _before(self, days: int) -> datetime:
        return self._clock.now() - timedelta(days=days)


def _all(remove: Callable[[], int]) -> Generator[None, None, int]:
    """Batch by batch; how many there were in all."""
    count = 0
    while True:
        found = remove()
        count += found
        yield
        if found < BATCH:
            return count
