"""How much the ODB keeps, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.core.errors import ZatoError
from zato.odb.kept import Kept


class KeptRows(Collector):
    """Nothing while the ODB is away, or is counted for the first time."""

    def __init__(self, current: Callable[[], Kept | None]) -> None:
        self._current = current

    def collect(self) -> Iterator[Metric]:
        try:
            kept = self._current()
        except ZatoError:
            return
        if kept is None:
            return
        rows = GaugeMetricFamily("zato_kept_rows", "Rows of what the ODB keeps for some days.", labels=("what",))
        oldest = GaugeMetricFamily(
            "zato_kept_oldest_seconds", "The time of the oldest of them, in seconds since 1970.", labels=("what",)
        )
        for figure in kept.figures:
            rows.add_metric((figure.what,), figure.rows)
            if figure.oldest is not None:
                oldest.add_metric((figure.what,), figure.oldest.timestamp())
        yield rows
        yield oldest
        if kept.odb_bytes is not None:
            yield GaugeMetricFamily("zato_odb_bytes", "Bytes that the tables of the ODB take.", value=kept.odb_bytes)
        yield GaugeMetricFamily("zato_wheels", "Wheels that were uploaded.", value=kept.wheels)
        yield GaugeMetricFamily("zato_wheels_bytes", "Bytes of all of them.", value=kept.wheels_bytes)
