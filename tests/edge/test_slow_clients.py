"""Clients that take their time are ended, and cost those beside them nothing."""

from __future__ import annotations

import contextlib
import socket
import ssl
import statistics
import time
from collections.abc import Iterator

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.waiting import LATE_SECONDS

from .conftest import HEAD_SECONDS, IDLE_SECONDS

HEAD = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"
SLOW_CLIENTS = 40


def drip(count: int, pause: float) -> Iterator[tuple[float, bytes]]:
    return ((pause, b"X-%d: a\r\n" % index) for index in range(count))


def test_haproxy_ends_a_header_that_drips_in(edge: Edge) -> None:
    answer = edge.raw(HEAD, BALANCER, parts=drip(60, 0.05))
    assert answer.closed and answer.status in {0, 408}
    assert HEAD_SECONDS * 0.8 < answer.seconds < HEAD_SECONDS + LATE_SECONDS


def test_haproxy_ends_a_header_that_stops(edge: Edge) -> None:
    answer = edge.raw(HEAD, BALANCER)
    assert answer.closed and answer.status in {0, 408}
    assert answer.seconds < HEAD_SECONDS + LATE_SECONDS


def test_haproxy_ends_a_body_that_drips_in(edge: Edge) -> None:
    answer = edge.raw(HEAD + b"\r\n", BALANCER, parts=((0.05, b"a") for _ in range(60)))
    assert answer.closed and answer.status == 408
    assert answer.json["error"]["code"] == "request-timeout"
    assert answer.seconds < HEAD_SECONDS + LATE_SECONDS


def test_a_large_body_that_stops_is_ended(edge: Edge, door: str) -> None:
    """HAProxy has passed its start on by then, and lighttpd's time is the one that counts."""
    answer = edge.raw(HEAD + b"\r\n" + b"a" * 50_000, door)
    assert answer.closed and answer.status in {0, 408, 502}
    assert answer.seconds < IDLE_SECONDS + LATE_SECONDS
    if answer.status == 408:  # by HAProxy 3.0; 2.6 leaves it to lighttpd
        assert answer.json["error"]["code"] == "incomplete-body"


def test_lighttpd_ends_a_header_that_stops(edge: Edge) -> None:
    answer = edge.raw(HEAD, DIRECT)
    assert answer.closed and answer.status in {0, 408}
    assert answer.seconds < IDLE_SECONDS + LATE_SECONDS


def test_a_client_that_waits_for_a_slow_service_is_not_slow(edge: Edge, door: str) -> None:
    answer = edge.get(f"/sleep?seconds={IDLE_SECONDS + 1.2}", door)
    assert answer.status == 200


@pytest.mark.parametrize("kind", ["header", "body", "reader"])
def test_good_traffic_beside_slow_clients_is_unharmed(edge: Edge, door: str, kind: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            stack.enter_context(slow_client(edge, door, kind))
        times = []
        for _ in range(30):
            began = time.monotonic()
            assert edge.get("/echo", door).status == 200
            times.append(time.monotonic() - began)
    assert statistics.median(times) < IDLE_SECONDS / 2, "they wait for the slow ones to be ended"


def slow_client(edge: Edge, door: str, kind: str) -> ssl.SSLSocket:
    connection = edge.connect(door)
    if kind == "reader":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /large?bytes=5000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    elif kind == "body":
        connection.sendall(HEAD + b"\r\n" + b"a" * 40_000)
    else:
        connection.sendall(HEAD)
    return connection
