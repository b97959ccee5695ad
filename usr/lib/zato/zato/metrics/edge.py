"""What the balancer's limits for one source have met with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.host.edge_figures import load


class EdgeLimits(Collector):
    """As HAProxy's agent on this machine tells it; nothing where there is none."""

    def __init__(self, figures: Path, now: Callable[[], float] = time.time) -> None:
        self._figures = figures
        self._now = now

    def collect(self) -> Iterator[Metric]:
        figures = load(self._figures, self._now())
        if figures is None:
            return
        limited = CounterMetricFamily(
            "zato_edge_limited", "What a limit for one source has refused, ended or held up.", labels=("limit",)
        )
        for name, count in figures.limited.items():
            limited.add_metric((name,), count)
        at_limits = GaugeMetricFamily(
            "zato_edge_sources_at_limit", "Sources that have reached a limit at the moment.", labels=("setting",)
        )
        for name, count in figures.at_limits.items():
            at_limits.add_metric((name,), count)
        yield limited
        yield at_limits
