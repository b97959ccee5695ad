"""Until when the cluster's certificates are valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.pki.renewal import list_certificates


class Certificates(Collector):
    """Each certificate of the cluster as it is on disk now. Those that are none are left out."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "zato_certificate_not_after_seconds",
            "The time when a certificate of the cluster expires, in seconds since 1970.",
            labels=("name",),
        )
        readable, _ = list_certificates(self._directory, datetime.now(UTC))
        for each in readable:
            gauge.add_metric((each.name,), each.not_after.timestamp())
        yield gauge
