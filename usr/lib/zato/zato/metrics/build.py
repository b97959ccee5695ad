"""Which release runs."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Build(Collector):
    """Always 1; what is told is in the labels."""

    def __init__(self, version: str) -> None:
        self._version = version

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily("zato_build_info", "The release that runs.", labels=("version", "python"))
        gauge.add_metric((self._version, platform.python_version()), 1)
        yield gauge
