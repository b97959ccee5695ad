"""What the processes beside a server take of the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from zato.host.usage import Usage


class Processes(Collector):
    """Processes of one server, and those that all servers of a machine share, such as HAProxy."""

    def __init__(self, server: int, usage: Callable[[], Mapping[str, Usage]]) -> None:
        self._server = str(server)
        self._usage = usage

    def collect(self) -> Iterator[Metric]:
        cpu = CounterMetricFamily(
            "zato_process_cpu_seconds", "Processor time of a process with all that it has started.", labels=("process",)
        )
        memory = GaugeMetricFamily(
            "zato_process_resident_memory_bytes",
            "Memory of a process with all that it has started.",
            labels=("process",),
        )
        for name, usage in sorted(self._usage().items()):
            number = name.rpartition("-")[2]
            if not number.isdecimal() or number == self._server:
                cpu.add_metric((name,), usage.cpu_seconds)
                memory.add_metric((name,), usage.resident_bytes)
        yield cpu
        yield memory
