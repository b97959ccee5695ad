"""What Prometheus is told of workers, processes, certificates and what servers share."""

from __future__ import annotations

import os
import signal
import sys
import time

from prometheus_client.parser import text_string_to_metric_families

import zato
from support.cluster import RunningCluster
from support.scraped import text, value
from support.waiting import until
from zato.pki.certificates import load_certificate


def test_workers_and_the_revision_that_they_serve_from_are_told(cluster: RunningCluster) -> None:
    assert value(cluster, "zato_workers") == len(cluster.worker_pids()) == 2
    for number in range(3):
        item = cluster.api().create_item("service", f"measured-{number}", {"time_limit_seconds": 5})
        until(lambda item=item: value(cluster, "zato_applied_revision") >= item["revision"])
        deleted = cluster.api().delete_item("service", f"measured-{number}", item["revision"])
        until(lambda item=deleted: value(cluster, "zato_applied_revision") >= item["revision"])
    assert value(cluster, "zato_applied_revision") == cluster.api().status()["odb"]["revision"]


def test_until_when_certificates_are_valid_is_told(cluster: RunningCluster) -> None:
    for name in ("ca", "admin", "haproxy", "lighttpd-1"):
        expires = load_certificate(cluster.layout.pki / f"{name}.crt").not_valid_after_utc.timestamp()
        assert value(cluster, "zato_certificate_not_after_seconds", name=name) == expires
    before = value(cluster, "zato_certificate_not_after_seconds", name="metrics-partner")
    cluster.zato("pki", "issue-client", "metrics-partner", "--days", "3")
    left = value(cluster, "zato_certificate_not_after_seconds", name="metrics-partner") - time.time()
    assert (before, round(left / 86400)) == (0, 3)


def test_each_process_says_what_it_takes_and_a_worker_that_has_ended_nothing(cluster: RunningCluster) -> None:
    for process in cluster.pids():
        assert value(cluster, "zato_process_resident_memory_bytes", process=process) > 1_000_000
        assert value(cluster, "zato_process_cpu_seconds_total", process=process) > 0

    def workers() -> set[str]:
        families = text_string_to_metric_families(text(cluster))
        return {
            sample.labels["pid"]
            for family in families
            for sample in family.samples
            if sample.name == "zato_worker_resident_memory_bytes" and sample.value > 10_000_000
        }

    until(lambda: workers() == set(map(str, cluster.worker_pids())))
    cpu = value(cluster, "zato_worker_cpu_seconds_total")
    os.kill(cluster.worker_pids()[0], signal.SIGKILL)
    until(lambda: workers() == set(map(str, cluster.worker_pids())) and len(workers()) == 2)
    assert value(cluster, "zato_worker_cpu_seconds_total") >= cpu > 0


def test_shared_parts_and_the_release_are_told(cluster: RunningCluster) -> None:
    assert value(cluster, "zato_odb_up") == value(cluster, "zato_broker_up") == 1
    status = cluster.api().status()
    assert value(cluster, "zato_messages_dead") == status["messages"]["dead"]
    assert value(cluster, "zato_messages_waiting") == status["messages"]["waiting"]
    python = ".".join(map(str, sys.version_info[:3]))
    assert value(cluster, "zato_build_info", version=zato.__version__, python=python) == 1


def test_a_server_is_asked_by_its_number(cluster: RunningCluster) -> None:
    with cluster.pool("admin") as pool:
        answer = pool.request("GET", "/zato/metrics/1", retries=False)
        assert (answer.status, b'zato_workers{server="1"} 2.0' in answer.data) == (200, True)
        answer = pool.request("GET", "/zato/metrics/2", retries=False)
        assert (answer.status, answer.json()["error"]["code"]) == (503, "another-server")
    for path in ("/zato/metrics/1", "/zato/metrics/2"):
        assert cluster.request("GET", path).status == 401
