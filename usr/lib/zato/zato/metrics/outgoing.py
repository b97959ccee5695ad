"""Calls to other systems, by connection and outcome."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

from zato.metrics.instruments import BUCKETS


class OutgoingCalls:
    """Counts them. Connections are configured, and outcomes are few: no label is a caller's to choose."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter(
            "zato_outgoing_calls",
            "Calls of outgoing connections by outcome: class of the status, ok, or where they have failed.",
            ("type", "connection", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "zato_outgoing_call_seconds",
            "Time that calls of outgoing connections took, whatever their outcome.",
            ("type", "connection"),
            registry=registry,
            buckets=BUCKETS,
        )

    def observe(self, type_: str, name: str, outcome: str, seconds: float) -> None:
        """A connector.outcome.Observe."""
        self._calls.labels(type_, name, outcome).inc()
        self._seconds.labels(type_, name).observe(seconds)
