"""Clients that take their time are ended, and cost those beside them nothing."""

import contextlib
import socket
import ssl
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.doors import BALANCER, Doors
from support.hostile_services import ECHO, LARGE
from support.waiting import LATE_SECONDS

pytestmark = pytest.mark.usefixtures("unharmed")

HEAD_SECONDS = 10.0  # zato.agent.haproxy.view
SLOW_CLIENTS = 40
HEAD = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"


def dripping_header() -> Iterator[tuple[float, bytes]]:
    return ((0.2, b"X-%d: a\r\n" % index) for index in range(70))


def dripping_body() -> Iterator[tuple[float, bytes]]:
    return ((0.2, b"a") for _ in range(70))


def test_headers_and_bodies_that_drip_in_or_stop_are_ended(doors: Doors) -> None:
    with ThreadPoolExecutor(4) as threads:
        waiting = [
            threads.submit(doors.raw, HEAD, BALANCER, seconds=20),
            threads.submit(doors.raw, HEAD, BALANCER, parts=dripping_header(), seconds=20),
            threads.submit(doors.raw, HEAD + b"\r\n", BALANCER, seconds=12),
            threads.submit(doors.raw, HEAD + b"\r\n", BALANCER, parts=dripping_body(), seconds=2),
        ]
        stopped_head, dripped_head, *bodies = [one.result() for one in waiting]
    for answer in (stopped_head, dripped_head):
        assert answer.closed and answer.status in {0, 408}
        assert HEAD_SECONDS * 0.8 < answer.seconds < HEAD_SECONDS + LATE_SECONDS
    for answer in bodies:  # HAProxy 3.0 keeps the connection for a while (ADR 20)
        assert answer.status == 408
        assert HEAD_SECONDS * 0.8 < answer.seconds < HEAD_SECONDS + LATE_SECONDS
    assert [body.json["error"]["code"] for body in bodies] == ["request-timeout"] * 2


@pytest.mark.parametrize("kind", ["header", "body", "reader"])
def test_good_requests_beside_slow_clients_are_unharmed(doors: Doors, door: str, kind: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            stack.enter_context(slow_client(doors, door, kind))
        times = []
        for _ in range(30):
            began = time.monotonic()
            assert doors.get(ECHO, door).status == 200
            times.append(time.monotonic() - began)
    assert statistics.median(times) < 1, "they wait for the slow ones to be ended"


def slow_client(doors: Doors, door: str, kind: str) -> ssl.SSLSocket:
    connection = doors.connect(door)
    if kind == "reader":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {LARGE}?bytes=2000000 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    elif kind == "body":
        connection.sendall(HEAD + b"\r\n" + b"a" * 40_000)
    else:
        connection.sendall(HEAD)
    return connection
