"""What workers count: requests and their time by channel and service, workers, revisions, deployments."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

ADMIN = "(admin)"
"""The channel of the admin API's operations."""
NO_ROUTE = "(none)"
OTHERS = "(others)"
"""Channel and service under which a worker counts whatever came to it after ROUTES_MAX others."""
ROUTES_MAX = 1000
"""Pairs of channel and service that a worker tells apart: a page of metrics is built from all of them."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Of all histograms of durations, in seconds."""


class RouteMetrics:
    """The counters of one channel, made with its first request and kept: they take kilobytes, and most have none."""

    __slots__ = ("_metrics", "_names", "_seconds", "_statuses")

    def __init__(self, metrics: Metrics, channel: str, service: str) -> None:
        self._metrics = metrics
        self._names = (channel, service)
        self._seconds: Histogram | None = None
        self._statuses: dict[int, Counter] = {}

    def observe(self, status: int, seconds: float) -> None:
        """Count one request that was answered with `status` after `seconds`."""
        if self._seconds is None:
            self._names = self._metrics.told_apart(*self._names)
            self._seconds = self._metrics.seconds.labels(*self._names)
        counter = self._statuses.get(status)
        if counter is None:
            counter = self._statuses[status] = self._metrics.requests.labels(*self._names, str(status))
        counter.inc()
        self._seconds.observe(seconds)


class Metrics:
    """All instruments of this worker. Those of a subject of its own are made with `registry`."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "zato_requests", "Requests answered.", ("channel", "service", "status"), registry=registry
        )
        self.seconds = Histogram(
            "zato_request_seconds",
            "Time from the request's arrival in the server to its answer.",
            ("channel", "service"),
            registry=registry,
            buckets=BUCKETS,
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
        self._told_apart: set[tuple[str, str]] = set()

    def unrouted(self, status: int) -> None:
        """Count a request that came to no channel and no operation. Its path is the sender's to choose: no label."""
        self.requests.labels(NO_ROUTE, NO_ROUTE, str(status)).inc()

    def told_apart(self, channel: str, service: str) -> tuple[str, str]:
        """The labels under which a channel that has its first request is counted from now on."""
        route = channel, service
        if channel != ADMIN and len(self._told_apart) >= ROUTES_MAX and route not in self._told_apart:
            return OTHERS, OTHERS
        self._told_apart.add(route)
        return route

    def route(self, channel: str, service: str) -> RouteMetrics:
        """The counters of a channel; the same ones each time."""
        key = (channel, service)
        found = self._routes.get(key)
        if found is None:
            found = self._routes[key] = RouteMetrics(self, channel, service)
        return found
