"""Clients that send a little of a body now and then are ended by HAProxy's agent, and others go on."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.edge import Edge
from zato.agent.haproxy.client_watch import ClientWatch
from zato.agent.haproxy.running import RunningHaproxy
from zato.config.kinds import Balancer
from zato.core.clock import SystemClock
from zato.host.edge_figures import EdgeFigures

RATE = 1000
SECONDS = 2.0
BALANCER = Balancer(client_rate_min=RATE, client_rate_seconds=SECONDS, source_connections_max=10)
UPLOAD = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n" + b"a" * 40_000


@pytest.fixture(scope="module")
def patient() -> Iterator[Edge]:
    """A chain whose times are long enough for clients that say something now and then."""
    made = Edge()
    try:
        yield made.start()
    finally:
        made.close()


@pytest.fixture
def watch(patient: Edge) -> Iterator[ClientWatch]:
    """One that looks as the agent's does, until the test has ended."""
    haproxy, made, ended = RunningHaproxy.of(patient.layout), ClientWatch(SystemClock()), threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            made.turn(haproxy, BALANCER, 5000)

    thread = threading.Thread(target=look)
    thread.start()
    yield made
    ended.set()
    thread.join()


def figures(watch: ClientWatch) -> EdgeFigures:
    assert watch.figures is not None
    return watch.figures


def lasted(connection: ssl.SSLSocket, step: Callable[[ssl.SSLSocket], object], seconds: float) -> float:
    """How long the other side let this go on, step by step."""
    began = time.monotonic()
    connection.settimeout(0.01)
    while time.monotonic() - began < seconds:
        try:
            step(connection)
            time.sleep(0.2)
            if not connection.recv(1):
                break
        except TimeoutError:
            pass
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("pace", [b"a", b"a" * 100])
def test_a_body_that_drips_in_is_ended(patient: Edge, pace: bytes) -> None:
    with patient.connect() as connection:
        connection.sendall(UPLOAD)
        assert lasted(connection, lambda found: found.sendall(pace), 12.0) < 10.0


@pytest.mark.usefixtures("watch")
def test_a_body_that_comes_slowly_enough_is_taken(patient: Edge) -> None:
    with patient.connect() as connection:
        connection.sendall(UPLOAD)
        for _ in range(14):
            time.sleep(0.5)
            connection.sendall(b"a" * (2 * RATE))
        connection.sendall(b"a" * (50_000 - 28 * RATE))
        assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.usefixtures("watch")
def test_a_client_that_waits_for_a_slow_service_is_not_slow(patient: Edge) -> None:
    assert patient.get(f"/sleep?seconds={3 * SECONDS}").status == 200


def test_sources_at_their_limits_are_named(patient: Edge, watch: ClientWatch) -> None:
    connections = [patient.connect(source="127.0.0.7") for _ in range(10)]
    patient.wait_for(lambda: any(said.startswith("127.0.0.7 has 10 of 10 ") for said in watch.at_limits))
    patient.wait_for(lambda: figures(watch).at_limits == {"source_connections_max": 1, "source_requests_max": 0})
    for connection in connections:
        connection.close()
    patient.wait_for(lambda: not watch.at_limits)
