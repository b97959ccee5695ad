"""What a worker is doing, and what it takes of the machine."""

from __future__ import annotations

import os
import time

from prometheus_client import CollectorRegistry, Counter, Gauge

from zato.host.process_table import process
from zato.odb.members import Load

_LOOK_SECONDS = 1.0


class WorkerLoad:
    """Told each tick of the worker's how many requests it has; looks once a second at what it takes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._in_flight = Gauge(
            "zato_requests_in_flight",
            "Requests that workers have and have not answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._memory = Gauge(
            "zato_worker_resident_memory_bytes",
            "Memory of each worker that runs.",
            registry=registry,
            multiprocess_mode="liveall",
        )
        self._cpu = Counter(
            "zato_worker_cpu_seconds", "Processor time of all workers, those that have ended too.", registry=registry
        )
        self._last_in_flight = -1
        self._last_memory: int | None = None
        self._last_cpu = 0.0
        self._next_look = 0.0

    @property
    def last(self) -> Load:
        """What was seen last."""
        return Load(max(0, self._last_in_flight), self._last_memory)

    def tick(self, in_flight: int) -> None:
        """Cheap where nothing has changed."""
        if in_flight != self._last_in_flight:
            self._in_flight.set(in_flight)
            self._last_in_flight = in_flight
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            own = process(os.getpid())
            # None where as many files are open as this process may have; the next look may find it
            if own is not None:
                self._last_memory = own.resident_bytes
                self._memory.set(self._last_memory)
            cpu = time.process_time()
            self._cpu.inc(cpu - self._last_cpu)
            self._last_cpu = cpu
