"""Workers, lighttpd and HAProxy come and go under load."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.edge_load import Load
from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.agent.lighttpd.names import CLOSING
from zato.agent.lighttpd.running import RunningLighttpd


def load(edge: Edge, method: str = "GET", path: str = "/echo") -> Load:
    body = b"{}" if method in {"POST", "PUT"} else None
    return Load(edge.port(BALANCER), edge.layout.ca_certificate, path, method=method, body=body)


def deaths(edge: Edge) -> int:
    path = edge.directory / "deaths"
    count = len(path.read_text()) if path.exists() else 0
    path.unlink(missing_ok=True)
    return count


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_an_idempotent_request_is_repeated_where_its_worker_died(edge: Edge, method: str) -> None:
    answer = edge.get("/die?times=1", method=method)
    assert (answer.status, deaths(edge)) == (200, 2)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_request_is_not_repeated_where_its_worker_died(edge: Edge, method: str) -> None:
    answer = edge.get("/die?times=1", method=method, body=b"{}")
    assert (answer.status, answer.json["error"]["code"], deaths(edge)) == (502, "bad-gateway", 1)


def test_a_request_that_kills_every_worker_ends(edge: Edge) -> None:
    answer = edge.get("/die?times=100")
    assert (answer.status, answer.json["error"]["code"], deaths(edge)) == (502, "bad-gateway", 2)
    assert answer.json["error"]["cid"] == answer.headers["x-zato-cid"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_it_ends_the_same_with_each_method(edge: Edge, method: str) -> None:
    answer = edge.get("/die?times=100", method=method)
    assert (answer.status, deaths(edge), bool(answer.body)) == (502, 2, method != "HEAD")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_request_with_a_body_is_answered_where_nobody_is_there(own_edge: Edge, method: str) -> None:
    """lighttpd closes its connection with the answer then, as the body was for nobody."""
    own_edge.stop_program("gunicorn")
    answers = [own_edge.get("/echo", method=method, body=b"{}").status for _ in range(5)]
    assert answers == [503] * 5


def test_a_request_is_answered_where_lighttpd_closes_each_connection_with_its_answer(own_edge: Edge) -> None:
    (own_edge.server.lighttpd / CLOSING).touch()
    for method in ("GET", "PUT", "DELETE") * 3:
        assert own_edge.get("/echo", method=method, body=b"{}").status == 200
        assert (own_edge.get("/die?times=1", method=method, body=b"{}").status, deaths(own_edge)) == (200, 2)
        assert (own_edge.get("/die?times=100", method=method, body=b"{}").status, deaths(own_edge)) == (502, 2)
        assert own_edge.get("/status?code=425", method=method, body=b"{}").status == 425


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_that_is_not_answered_in_time_is_answered_by_the_balancer(method: str) -> None:
    made = Edge(answer_seconds=1.0)
    try:
        answer = made.start().get("/sleep?seconds=3", method=method, body=b"{}")
        assert (answer.status, answer.json["error"]["code"]) == (504, "gateway-timeout")
    finally:
        made.close()


def test_lighttpd_tells_of_a_dead_worker_without_a_balancer(edge: Edge) -> None:
    answer = edge.get("/die?times=1", DIRECT)
    assert (answer.status, answer.json["error"]["code"], deaths(edge)) == (502, "bad-gateway", 1)


@pytest.mark.parametrize("code", [408, 425, 499, 500, 502, 503, 504])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "POST"])
def test_an_error_of_the_application_is_no_reason_to_ask_again(edge: Edge, method: str, code: int) -> None:
    path = edge.directory / "calls"
    path.unlink(missing_ok=True)
    answer = edge.get(f"/status?code={code}", method=method)
    assert answer.status == code
    assert answer.body == (b"" if method == "HEAD" else b"the application's own words")
    assert "x-zato-status" not in answer.headers
    assert len(path.read_text()) == 1


def test_an_application_cannot_ask_for_a_repetition_or_another_status(edge: Edge, door: str) -> None:
    path = edge.directory / "calls"
    for code in (200, 425):
        path.unlink(missing_ok=True)
        answer = edge.get(f"/status?code={code}&told=502", door)
        assert (answer.status, len(path.read_text())) == (code, 1)
        assert "x-zato-status" not in answer.headers


def test_the_access_log_has_the_status_that_the_client_saw(edge: Edge) -> None:
    answer = edge.get("/die?times=1", method="POST", body=b"{}")
    assert (answer.status, deaths(edge)) == (502, 1)
    assert edge.access_line(answer)["status"] == 502


def test_killing_workers_loses_no_idempotent_request(own_edge: Edge) -> None:
    with load(own_edge).running(clients=8) as running:
        for _ in range(20):
            running.wait_for_more(20)
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(own_edge.workers()), signal.SIGKILL)
            own_edge.wait_for(lambda: len(own_edge.workers()) == 2)
        running.wait_for_more(20)
    assert running.failures == {}
    assert sum(int(line["retries"].strip("+")) for line in own_edge.access_lines() if "retries" in line) > 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reloading_haproxy_loses_no_request(own_edge: Edge, method: str) -> None:
    with load(own_edge, method).running(clients=8) as running:
        for _ in range(4):
            running.wait_for_more(50)
            own_edge.signal("haproxy", signal.SIGUSR2)
            time.sleep(0.5)
        running.wait_for_more(100)
    assert running.failures == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_reloading_lighttpd_loses_no_request(own_edge: Edge, method: str) -> None:
    lighttpd = RunningLighttpd(own_edge.server.lighttpd)
    with load(own_edge, method).running(clients=8) as running:
        for _ in range(2):
            running.wait_for_more(50)
            assert lighttpd.reload(threading.Event())
        running.wait_for_more(100)
    assert running.failures == {}
    assert own_edge.log("lighttpd").read_text().count("server started") == 3


def test_a_long_request_outlives_reloads_of_both(own_edge: Edge) -> None:
    with ThreadPoolExecutor(1) as client:
        answer = client.submit(own_edge.get, "/sleep?seconds=3")
        time.sleep(0.2)
        own_edge.signal("lighttpd", signal.SIGUSR1)
        own_edge.signal("haproxy", signal.SIGUSR2)
        assert own_edge.get("/echo").status == 200
        assert not answer.done()
        assert answer.result().status == 200


def test_a_restarted_server_is_used_again_soon(own_edge: Edge) -> None:
    """lighttpd looks for it again every second, HAProxy ten times in a second."""
    own_edge.stop_program("gunicorn")
    own_edge.wait_for(lambda: own_edge.get("/echo").status == 503)
    own_edge.start_gunicorn()
    began = time.monotonic()
    own_edge.wait_for(lambda: own_edge.get("/echo").status == 200)
    assert time.monotonic() - began < LATE_SECONDS


def test_a_draining_server_gets_no_new_requests_and_finishes_those_it_has(own_edge: Edge) -> None:
    marker: Path = own_edge.directory / "draining"
    with ThreadPoolExecutor(1) as client:
        slow = client.submit(own_edge.get, "/sleep?seconds=1.5")
        time.sleep(0.2)
        marker.touch()
        own_edge.wait_for(lambda: own_edge.get("/echo").status == 503)
        assert slow.result().status == 200
    marker.unlink()
    own_edge.wait_for(lambda: own_edge.get("/echo").status == 200)


def test_the_runtime_api_of_haproxy_answers_its_owner_only(edge: Edge) -> None:
    path = edge.layout.haproxy_socket
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_thousand_requests_can_be_in_flight(own_edge: Edge) -> None:
    """gunicorn has 128 threads here: most requests wait for one, and none is refused."""
    with ThreadPoolExecutor(1000) as clients:
        answers = list(
            clients.map(lambda _: own_edge.get("/sleep?seconds=0.2", seconds=PATIENCE_SECONDS).status, range(1000))
        )
    assert answers == [200] * 1000
