"""What Prometheus may know: requests and their time by channel and service, workers, revisions, deployments.

prometheus-client's multiprocess mode keeps the numbers in files that all workers of a server share, so whichever
worker is asked answers for all. PROMETHEUS_MULTIPROC_DIR has to be set before this module is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.pki.renewal import list_certificates

CONTENT_TYPE = CONTENT_TYPE_LATEST
ADMIN = "(admin)"
"""The channel of the admin API's operations."""
NO_ROUTE = "(none)"
_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)


class RouteMetrics:
    """The counters of one channel, found once and kept."""

    __slots__ = ("_metrics", "_names", "_seconds", "_statuses")

    def __init__(self, metrics: Metrics, channel: str, service: str) -> None:
        self._metrics = metrics
        self._names = (channel, service)
        self._seconds = metrics.seconds.labels(channel, service)
        self._statuses: dict[int, Counter] = {}

    def observe(self, status: int, seconds: float) -> None:
        """Count one request that was answered with `status` after `seconds`."""
        counter = self._statuses.get(status)
        if counter is None:
            counter = self._statuses[status] = self._metrics.requests.labels(*self._names, str(status))
        counter.inc()
        self._seconds.observe(seconds)


class Metrics:
    """All metrics of this worker."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self.requests = Counter(
            "zato_requests", "Requests answered.", ("channel", "service", "status"), registry=registry
        )
        self.seconds = Histogram(
            "zato_request_seconds",
            "Time from the request's arrival in the server to its answer.",
            ("channel", "service"),
            registry=registry,
            buckets=_BUCKETS,
        )
        self.applied_revision = Gauge(
            "zato_applied_revision",
            "Revision of the configuration that a worker serves from.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.workers = Gauge("zato_workers", "Workers that run.", registry=registry, multiprocess_mode="livesum")
        self.deployments = Counter("zato_deployments", "Deployments by outcome.", ("outcome",), registry=registry)
        self.passwords = Counter(
            "zato_passwords_checked",
            "Passwords that were hashed, by outcome: right, wrong, or refused, before it was hashed.",
            ("outcome",),
            registry=registry,
        )
        self.limited = Counter(
            "zato_requests_limited",
            "Requests that a limit of a channel or a principal has refused, by the field that says how many.",
            ("what", "name", "field"),
            registry=registry,
        )
        self._routes: dict[tuple[str, str], RouteMetrics] = {}

    def unrouted(self, status: int) -> None:
        """Count a request that came to no channel and no operation. Its path is the sender's to choose: no label."""
        self.requests.labels(NO_ROUTE, NO_ROUTE, str(status)).inc()

    def route(self, channel: str, service: str) -> RouteMetrics:
        """The counters of a channel; the same ones each time."""
        key = (channel, service)
        found = self._routes.get(key)
        if found is None:
            found = self._routes[key] = RouteMetrics(self, channel, service)
        return found


class _Certificates(Collector):
    """Until when each certificate of the cluster is valid, as it is on disk now. Those that are none are left out."""

    def __init__(self, server: int, directory: Path) -> None:
        self._server = str(server)
        self._directory = directory

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "zato_certificate_not_after_seconds",
            "The time when a certificate of the cluster expires, in seconds since 1970.",
            labels=("server", "name"),
        )
        readable, _ = list_certificates(self._directory, datetime.now(UTC))
        for each in readable:
            gauge.add_metric((self._server, each.name), each.not_after.timestamp())
        yield gauge


class _OfServer(Collector):
    """Says of every sample which server it is from: a scrape through the balancer reaches any of them."""

    def __init__(self, server: int) -> None:
        self._server = str(server)

    def collect(self) -> Iterator[Metric]:
        for metric in multiprocess.MultiProcessCollector(None).collect():  # type: ignore[no-untyped-call]
            metric.samples = [
                sample._replace(labels={"server": self._server, **sample.labels}) for sample in metric.samples
            ]
            yield metric


def exposition(server: int, certificates: Path) -> bytes:
    """The numbers of all workers of this server in Prometheus's text format, labelled with its number.

    `certificates` is the directory of the cluster's PKI.
    """
    registry = CollectorRegistry()
    registry.register(_Certificates(server, certificates))
    registry.register(_OfServer(server))
    return generate_latest(registry)
