"""What Prometheus is told about a server, as it is after known requests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
import urllib3
from prometheus_client.parser import text_string_to_metric_families

from support.cluster import RunningCluster
from support.doors import DOORS
from support.http_peer import HttpPeer
from support.monitoring import used
from support.ports import free_ports
from support.scraped import text, value
from support.waiting import until
from zato.core.errors import InvalidInput, ZatoError

PATH = "/measured"
CHANNEL = "measured-channel"
SERVICE = "measured.service"
SOURCE = """
import os
import time
from zato.server.service import Int, Service

class Measured(Service):
    name = 'measured.service'
    input = Int('-ms'),

    def handle(self):
        time.sleep((self.request.input.ms or 0) / 1000)
        self.response.payload = {'pid': os.getpid()}
"""
CALLS = """
from zato.server.service import Service

class Calls(Service):
    name = 'measured.calls'

    def handle(self):
        self.response.payload = {'status': self.out.rest['measured-crm'].conn.get(self.cid).status_code}
"""
LABELS = {"channel": CHANNEL, "service": SERVICE}


@pytest.fixture(scope="module")
def measured(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    api.deploy("measured.py", SOURCE.encode())
    api.create_item("channel-rest", CHANNEL, {"service": SERVICE, "path": PATH, "methods": ["GET"]})
    cluster.settle()
    yield cluster
    api.delete_item("channel-rest", CHANNEL)


def requests(cluster: RunningCluster, status: int) -> float:
    return value(cluster, "zato_requests_total", **LABELS, status=str(status))


def test_nobody_without_a_principal_is_told_anything(measured: RunningCluster) -> None:
    for door in DOORS:
        answer = measured.doors().get("/zato/metrics", door)
        assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")
        assert b"zato_" not in answer.body.replace(b"zato_env", b"")


def test_requests_are_counted_by_channel_service_and_status(measured: RunningCluster) -> None:
    right, wrong = requests(measured, 200), requests(measured, 400)
    for _ in range(20):
        assert measured.request("GET", PATH).status == 200
    for _ in range(5):
        assert measured.request("GET", f"{PATH}?ms=x").status == 400
    assert requests(measured, 200) == right + 20
    assert requests(measured, 400) == wrong + 5


def test_the_time_of_requests_is_told_by_channel_and_service(measured: RunningCluster) -> None:
    seconds = value(measured, "zato_request_seconds_sum", **LABELS)
    count = value(measured, "zato_request_seconds_count", **LABELS)
    short = value(measured, "zato_request_seconds_bucket", **LABELS, le="0.1")
    for _ in range(4):
        assert measured.request("GET", f"{PATH}?ms=150").status == 200
    assert value(measured, "zato_request_seconds_count", **LABELS) == count + 4
    assert value(measured, "zato_request_seconds_bucket", **LABELS, le="0.1") == short
    assert 0.6 <= value(measured, "zato_request_seconds_sum", **LABELS) - seconds < 60


def test_deployments_are_counted_by_outcome(measured: RunningCluster) -> None:
    active = value(measured, "zato_deployments_total", outcome="active")
    rejected = value(measured, "zato_deployments_total", outcome="rejected")
    for number in range(2):
        measured.api().deploy("measured.py", SOURCE.encode() + b"# %d\n" % number)
    with pytest.raises(InvalidInput):
        measured.api().deploy("measured.py", b"no Python")
    assert value(measured, "zato_deployments_total", outcome="active") == active + 2
    assert value(measured, "zato_deployments_total", outcome="rejected") == rejected + 1


def test_counts_survive_a_killed_worker(measured: RunningCluster) -> None:
    for _ in range(10):
        measured.request("GET", PATH)
    before = requests(measured, 200)
    seconds = value(measured, "zato_request_seconds_count", **LABELS)
    workers = measured.worker_pids()
    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(measured.worker_pids()) == 2 and measured.worker_pids() != workers)
    assert requests(measured, 200) == before
    assert value(measured, "zato_request_seconds_count", **LABELS) == seconds
    answered: list[int] = []

    def all_serve() -> bool:
        """More requests at once than one worker has threads: it may well take all that come one after the other."""
        with ThreadPoolExecutor(48) as threads, measured.pool(maxsize=48) as pool:
            get = partial(pool.request, "GET", f"{PATH}?ms=300", retries=False)
            answers = [one.result() for one in [threads.submit(get) for _ in range(48)]]
        answered.extend(answer.json()["pid"] for answer in answers)
        return set(measured.worker_pids()) <= set(answered)

    until(all_serve)
    assert requests(measured, 200) == before + len(answered)
    assert value(measured, "zato_workers") == 2
    assert value(measured, "zato_applied_revision") == measured.api().status()["odb"]["revision"]


def test_every_metric_says_what_it_is(measured: RunningCluster) -> None:
    families = list(text_string_to_metric_families(text(measured)))
    assert {family.name for family in families} >= {
        "zato_requests", "zato_request_seconds", "zato_workers", "zato_applied_revision", "zato_deployments",
        "zato_certificate_not_after_seconds", "zato_requests_in_flight", "zato_worker_resident_memory_bytes",
        "zato_worker_cpu_seconds", "zato_process_cpu_seconds", "zato_process_resident_memory_bytes", "zato_odb_up",
        "zato_edge_limited", "zato_edge_sources_at_limit",
        "zato_broker_up", "zato_messages_waiting", "zato_messages_dead", "zato_build_info",
    }  # fmt: skip
    for family in families:
        assert family.documentation and family.type in {"counter", "histogram", "gauge"}


def test_paths_that_are_made_up_do_not_become_metrics(measured: RunningCluster) -> None:
    """Or else any client could fill the memory of Prometheus."""
    before = len(text(measured).splitlines())
    for number in range(50):
        measured.request("GET", f"/made-up/{number}")
        measured.request("FROB" if number % 2 else "DELETE", PATH)
    assert len(text(measured).splitlines()) <= before + 2


def test_requests_without_a_channel_and_the_admin_api_are_counted_without_their_paths(measured: RunningCluster) -> None:
    def counts() -> list[float]:
        places = [("(none)", "(none)", "404"), ("(none)", "(none)", "405"), ("(admin)", "status", "200")]
        return [
            value(measured, "zato_requests_total", channel=channel, service=service, status=status)
            for channel, service, status in places
        ]

    before = counts()
    measured.request("GET", "/made-up-1")
    measured.request("GET", "/zato/made-up-2")
    measured.request("POST", "/zato/ping")
    measured.api().status()
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [2.0, 1.0, 1.0]


def test_every_sample_says_which_server_it_is_from(measured: RunningCluster) -> None:
    samples = [sample for family in text_string_to_metric_families(text(measured)) for sample in family.samples]
    assert samples
    assert {sample.labels.get("server") for sample in samples} == {"1"}


def test_requests_that_are_not_answered_yet_are_counted(measured: RunningCluster) -> None:
    with ThreadPoolExecutor(5) as threads:
        waiting = [threads.submit(measured.request, "GET", f"{PATH}?ms=1500") for _ in range(5)]
        until(lambda: value(measured, "zato_requests_in_flight") >= 5)
        assert [one.result().status for one in waiting] == [200] * 5
    until(lambda: value(measured, "zato_requests_in_flight") <= 1)  # that is the scrape


def test_what_the_balancers_limits_hold_up_is_counted(measured: RunningCluster) -> None:
    pool = urllib3.HTTPSConnectionPool(
        "localhost",
        measured.lb_port,
        ssl_context=measured.context(),
        maxsize=6,
        source_address=("127.0.0.78", 0),
    )
    before = value(measured, "zato_edge_limited_total", limit="turns")
    headers = urllib3.make_headers(basic_auth="joe:any")
    with pool, ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(pool.request, "GET", f"{PATH}?ms=500", headers=headers) for _ in range(6)]
        assert [one.result().status for one in waiting] == [200] * 6
    until(lambda: value(measured, "zato_edge_limited_total", limit="turns") > before)
    assert value(measured, "zato_edge_sources_at_limit", setting="source_requests_max") == 0


def test_calls_of_outgoing_connections_are_counted_by_outcome(measured: RunningCluster) -> None:
    api = measured.api()
    calls = {"type": "rest", "connection": "measured-crm"}

    def counted(outcome: str) -> float:
        return value(measured, "zato_outgoing_calls_total", **calls, outcome=outcome)

    with HttpPeer() as peer:
        item = api.create_item("outgoing-rest", "measured-crm", {"address": peer.address, "retries": 0})
        api.deploy("measured_calls.py", CALLS.encode())
        api.invoke("measured.calls", None)
        assert (counted("2xx"), value(measured, "zato_outgoing_call_seconds_count", **calls)) == (1, 1)
    away = {"address": f"http://127.0.0.1:{free_ports(1)[0]}", "retries": 0}
    api.update_item("outgoing-rest", "measured-crm", away, item["revision"])

    def fails() -> bool:
        """Once the worker that is asked knows of it."""
        with suppress(ZatoError):
            api.invoke("measured.calls", None)
        return counted("connect") >= 1

    until(fails)
    assert value(measured, "zato_outgoing_call_seconds_count", **calls) == counted("2xx") + counted("connect")
    api.undeploy("measured_calls.py")
    api.delete_item("outgoing-rest", "measured-crm")


def test_each_metric_of_the_rules_and_the_dashboard_is_told(measured: RunningCluster) -> None:
    api = measured.api()
    api.create_item(
        "channel-rest", "measured-limited", {"service": SERVICE, "path": "/measured-limited", "requests_max": 1}
    )
    until(lambda: measured.request("GET", "/measured-limited").status == 429)
    with HttpPeer() as peer:
        api.create_item("outgoing-rest", "measured-crm", {"address": peer.address})
        api.deploy("measured_calls.py", CALLS.encode())
        until(lambda: api.invoke("measured.calls", None) is not None)
    api.create_item("security-basic", "measured-user", {"username": "measured-user", "password": "measured 4711"})
    user = urllib3.make_headers(basic_auth="measured-user:measured 4711")
    until(lambda: measured.request("GET", "/zato/api/whoami", headers=user).status == 200)
    found = {sample.name for family in text_string_to_metric_families(text(measured)) for sample in family.samples}
    assert sorted(used() - found) == []
    api.undeploy("measured_calls.py")
    api.delete_item("outgoing-rest", "measured-crm")
    api.delete_item("channel-rest", "measured-limited")
    api.delete_item("security-basic", "measured-user")
