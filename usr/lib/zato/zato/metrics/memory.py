"""How much of the memory for requests is in use, and how often there was none."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class MemoryMetrics:
    """The budgets of all workers together; bytes are estimates, as the budgets' are."""

    def __init__(self, registry: CollectorRegistry, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._used = Gauge(
            "zato_request_memory_bytes",
            "Memory that bodies of requests under way take, as estimated.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._max = Gauge(
            "zato_request_memory_max_bytes",
            "Memory that all workers together have for them.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._refused = Counter(
            "zato_request_memory_refused",
            "Requests for which there was no memory: busy, where others had it, or too-large, for any worker.",
            ("outcome",),
            registry=registry,
        )
        self.used(0)

    def used(self, number: int) -> None:
        """Notes that so many bytes are in use now."""
        self._used.set(number)
        self._max.set(self._limit())

    def refused(self, outcome: str) -> None:
        """A request was refused: "busy" or "too-large"."""
        self._refused.labels(outcome).inc()
