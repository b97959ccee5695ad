"""The page that Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from zato.core.collection import collection_paused

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Exposition:
    """What all workers of a server have counted, and what collectors find out at each scrape."""

    def __init__(self, server: int, collectors: Sequence[Collector]) -> None:
        self.server = server
        self._collectors = tuple(collectors)

    def page(self) -> bytes:
        """In Prometheus's text format; each sample is labelled with the server's number."""
        registry = CollectorRegistry()
        counted: Collector = multiprocess.MultiProcessCollector(None)  # type: ignore[no-untyped-call]
        for collector in (*self._collectors, counted):
            registry.register(_OfServer(self.server, collector))
        with collection_paused():
            return generate_latest(registry)


class _OfServer(Collector):
    """Says of every sample which server it is from: a scrape through the balancer reaches any of them."""

    def __init__(self, server: int, collector: Collector) -> None:
        self._server = str(server)
        self._collector = collector

    def collect(self) -> Iterator[Metric]:
        for metric in self._collector.collect():
            metric.samples = [
                sample._replace(labels={"server": self._server, **sample.labels}) for sample in metric.samples
            ]
            yield metric

    def describe(self) -> Iterator[Metric]:
        """Nothing: or else the registry would have everything collected once to know the names."""
        return iter(())
