"""What all servers of a cluster share: the ODB, the broker, messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.broker.protocol import DeadLetters
from zato.core.errors import ZatoError


class SharedParts(Collector):
    """As this server sees them. How many messages there are is left out while nobody can tell."""

    def __init__(
        self, revision: Callable[[], int], dead_letters: DeadLetters, broker_problem: Callable[[], str | None]
    ) -> None:
        self._revision = revision
        self._dead_letters = dead_letters
        self._broker_problem = broker_problem

    def collect(self) -> Iterator[Metric]:
        odb_up = self._odb_is_up()
        yield GaugeMetricFamily("zato_odb_up", "Whether the ODB answers.", value=float(odb_up))
        yield GaugeMetricFamily(
            "zato_broker_up", "Whether the broker is reached.", value=float(self._broker_problem() is None)
        )
        waiting = GaugeMetricFamily("zato_messages_waiting", "Asynchronous invocations that were not delivered yet.")
        dead = GaugeMetricFamily("zato_messages_dead", "Dead letters: messages that are not delivered any more.")
        if odb_up:
            try:
                counts = self._dead_letters.counts()
            except ZatoError:
                pass
            else:
                waiting.add_metric((), counts.waiting)
                dead.add_metric((), counts.dead)
        yield waiting
        yield dead

    def _odb_is_up(self) -> bool:
        try:
            self._revision()
        except ZatoError:
            return False
        return True
