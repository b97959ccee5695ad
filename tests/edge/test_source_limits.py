"""What one address may take of the balancer, and that others do not notice when it takes all of it."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from support.edge import BALANCER, DIRECT, DOORS, Answer, Edge
from support.waiting import until
from zato.agent.haproxy.render import server_options
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.haproxy.source_limits import source_limits
from zato.agent.lighttpd.files import remove_leftovers
from zato.agent.limits import connections_max, lighttpd_connections_max
from zato.config.kinds.balancer import Balancer

CONNECTIONS = 12
REQUESTS = 9
UPLOADS_BYTES = 8 * 3 * 100 * 1024  # for eight bodies whose length is not told
UPLOADS = {"length": 6, "chunks": 2}
ALL_UPLOADS = 26
GREEDY, GOOD = "127.0.0.2", "127.0.1.1"
LAST, STREAMING = "127.0.0.6", "127.0.0.7"
OTHERS = ("127.0.0.3", "127.0.0.4", "127.0.0.5")
BODY_BYTES = 90 * 1024  # more than lighttpd keeps in memory


@pytest.fixture(scope="module")
def narrow() -> Iterator[Edge]:
    made = Edge(
        source_connections_max=CONNECTIONS,
        source_requests_max=REQUESTS,
        uploads_bytes_max=UPLOADS_BYTES,
        direct_requests_max=REQUESTS,
    )
    try:
        yield made.start()
    finally:
        made.close()


@contextlib.contextmanager
def stalled(edge: Edge, head: bytes, count: int, source: str, door: str = BALANCER) -> Iterator[list[ssl.SSLSocket]]:
    """So many connections on which this is sent and nothing after it; those before them have been given up."""
    until(lambda: held(edge) == [])
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(count):
            made.append(stack.enter_context(edge.connect(door, source=source)))
            made[-1].sendall(head)
        yield made


def held(edge: Edge) -> list[Path]:
    return list((edge.server.lighttpd / "uploads").iterdir())


def upload(length: int = BODY_BYTES) -> bytes:
    """All but the last byte of it."""
    head = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    return head.encode() + b"a" * (length - 1)


def refused(answer: Answer, status: int, code: str, setting: str) -> bool:
    error = answer.json["error"]
    assert (answer.status, error["code"]) == (status, code)
    assert f"({setting})" in error["message"]
    assert error["cid"] == answer.headers["x-zato-cid"]
    assert int(answer.headers["retry-after"]) >= 1
    return True


def ask(edge: Edge, request: bytes = b"", source: str = GOOD, door: str = BALANCER) -> Answer:
    default = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    return edge.raw(request or default, door, source=source)


@contextlib.contextmanager
def counted(edge: Edge, limit: str) -> Iterator[None]:
    """HAProxy counts in there what this limit has refused."""
    haproxy, name = RunningHaproxy.of(edge.layout), f"limited_{limit}"
    before = haproxy.variables([name])[name]
    yield
    assert haproxy.variables([name])[name] > before


def taken_again(edge: Edge) -> bool:
    with contextlib.suppress(OSError):  # what was closed by the client is still counted
        return ask(edge, source=GREEDY).status == 200
    return False


def test_connections_beyond_the_limit_are_told_so_and_closed(narrow: Edge) -> None:
    with stalled(narrow, b"", CONNECTIONS, GREEDY), counted(narrow, "connections"):
        answer = ask(narrow, b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", GREEDY)
        assert refused(answer, 429, "too-many-requests", "source_connections_max of the balancer")
        assert answer.closed, "kept, it would count on"
        assert ask(narrow).status == 200
    until(lambda: taken_again(narrow))


def test_far_beyond_the_limit_connections_are_closed_at_once(narrow: Edge) -> None:
    with stalled(narrow, b"", CONNECTIONS * 5 // 4, GREEDY), counted(narrow, "closed"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            narrow.connect(source=GREEDY)
        assert ask(narrow).status == 200
    until(lambda: taken_again(narrow))


def test_connections_that_were_there_first_go_on(narrow: Edge) -> None:
    request = b"GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with stalled(narrow, request, CONNECTIONS, GREEDY) as connections:
        assert refused(ask(narrow, source=GREEDY), 429, "too-many-requests", "source_connections_max of the balancer")
        connections[0].sendall(request)
        assert connections[0].recv(12) == b"HTTP/1.1 200"


def test_requests_in_progress_are_limited(narrow: Edge) -> None:
    waiting = b"GET /wait HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with narrow.waiting(), stalled(narrow, waiting, REQUESTS, GREEDY), counted(narrow, "requests"):
        until(lambda: ask(narrow, source=GREEDY).status == 429)
        assert refused(ask(narrow, source=GREEDY), 429, "too-many-requests", "source_requests_max of the balancer")
        assert ask(narrow).status == 200
    until(lambda: ask(narrow, source=GREEDY).status == 200)


def test_streams_of_http2_are_requests_in_progress(narrow: Edge) -> None:
    command = ["curl", "--silent", "--parallel", "--http2", "--interface", STREAMING, "--write-out", "%{http_code}\n"]
    command += ["--cacert", str(narrow.layout.ca_certificate)]
    for _ in range(REQUESTS + 3):
        command += ["--output", "/dev/null", f"https://localhost:{narrow.port(BALANCER)}/sleep?seconds=2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert Counter(done.stdout.split()) == {"200": REQUESTS, "429": 3}


def test_slow_bodies_are_requests_in_progress(narrow: Edge) -> None:
    with stalled(narrow, upload(length=100), REQUESTS, GREEDY):
        until(lambda: ask(narrow, source=GREEDY).status == 429)
        assert ask(narrow).status == 200
    until(lambda: taken_again(narrow))


@pytest.mark.parametrize("coding", ["length", "chunks"])
def test_large_bodies_are_limited_by_source(narrow: Edge, door: str, coding: str) -> None:
    request = upload()
    if coding == "chunks":
        head = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        request = head + b"%x\r\n%s" % (BODY_BYTES, b"a" * (BODY_BYTES - 1))
    with stalled(narrow, request, UPLOADS[coding], GREEDY, door):
        until(lambda: len(held(narrow)) == UPLOADS[coding])
        whole = request + (b"a" if coding == "length" else b"a\r\n0\r\n\r\n")
        with counted(narrow, "uploads") if door == BALANCER else contextlib.nullcontext():
            answer = ask(narrow, whole, GREEDY, door)
        assert "x-zato-refusal" not in answer.headers, "HAProxy alone is told"
        assert refused(answer, 429, "too-many-requests", "a quarter of uploads_bytes_max of the server")
        assert ask(narrow, source=GREEDY, door=door).status == 200, "small requests go on"
        assert ask(narrow, upload() + b"a", door=door).status == 200
        assert len(held(narrow)) == UPLOADS[coding]
    until(lambda: held(narrow) == [])
    assert ask(narrow, upload() + b"a", GREEDY, door).status == 200


def test_answers_that_are_not_read_are_limited_by_source(narrow: Edge, door: str) -> None:
    request = b"GET /large?bytes=20000000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    told = counted(narrow, "answers") if door == BALANCER else contextlib.nullcontext()
    with stalled(narrow, request, 1, GREEDY, door), told:
        until(lambda: ask(narrow, source=GREEDY, door=door).status == 429)
        answer = ask(narrow, source=GREEDY, door=door)
        assert refused(
            answer, 429, "too-many-requests", "uploads_bytes_max of the server, of which one address has a quarter"
        )
        assert ask(narrow, door=door).status == 200
    until(lambda: ask(narrow, source=GREEDY, door=door).status == 200)


def test_a_small_body_whose_length_is_not_told_is_none_of_the_large_ones(narrow: Edge) -> None:
    head = b"POST /sleep?seconds=2 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with stalled(narrow, head + b"4\r\nabcd\r\n0\r\n\r\n", UPLOADS["chunks"], GREEDY) as connections:
        assert ask(narrow, upload() + b"a", GREEDY).status == 200
        assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in connections)


def test_there_is_space_for_so_many_large_bodies_of_all_sources(narrow: Edge) -> None:
    with stalled(narrow, upload(), UPLOADS["length"], GREEDY), contextlib.ExitStack() as stack:
        for source in [*OTHERS * UPLOADS["length"], LAST, LAST]:
            connection = stack.enter_context(narrow.connect(source=source))
            connection.sendall(upload())
        until(lambda: len(held(narrow)) == ALL_UPLOADS)
        for door in DOORS:
            with counted(narrow, "space") if door == BALANCER else contextlib.nullcontext():
                answer = ask(narrow, upload() + b"a", door=door)
            assert refused(answer, 503, "uploads-full", "uploads_bytes_max of the server")
            assert ask(narrow, door=door).status == 200, "small requests go on"
        assert len(held(narrow)) == ALL_UPLOADS
    until(lambda: held(narrow) == [])
    assert ask(narrow, upload() + b"a").status == 200


def test_requests_that_come_directly_are_limited_by_source(narrow: Edge) -> None:
    with stalled(narrow, upload(length=100), REQUESTS + 1, GREEDY, DIRECT):
        until(lambda: ask(narrow, source=GREEDY, door=DIRECT).status == 429)
        answer = ask(narrow, source=GREEDY, door=DIRECT)
        assert "requests in progress from this address" in answer.json["error"]["message"]
        assert ask(narrow, door=DIRECT).status == 200
        assert ask(narrow, source=GREEDY).status == 200
    until(lambda: ask(narrow, source=GREEDY, door=DIRECT).status == 200)


def test_a_full_haproxy_leaves_lighttpd_room_for_health_checks(narrow: Edge) -> None:
    view = narrow.haproxy_view()
    balancer = msgspec.structs.replace(view.balancer, server_connections_max=10**6)
    view = dataclasses.replace(view, connections_max=connections_max(), balancer=balancer)
    assert f" maxconn {connections_max()}" in server_options(view)
    assert lighttpd_connections_max() >= connections_max() + 100


def test_exempt_networks_are_not_limited_by_source() -> None:
    edge = Edge(
        source_connections_max=1,
        source_requests_max=1,
        uploads_bytes_max=2**20,
        exempt_networks=("127.0.0.2/32",),
    )
    try:
        edge.start()
        with stalled(edge, upload(), 6, GREEDY):
            until(lambda: len(held(edge)) == 6)
            assert ask(edge, source=GREEDY).status == 200
            assert ask(edge, upload() + b"a", GREEDY).status == 200
    finally:
        edge.close()


def test_what_a_killed_lighttpd_has_left_of_bodies_is_removed_before_the_next_start() -> None:
    edge = Edge()
    try:
        edge.start()
        with edge.connect() as connection:
            connection.sendall(upload())
            until(lambda: held(edge) != [])
            edge.signal("lighttpd", signal.SIGKILL)
            edge.processes["lighttpd"].wait()
        assert held(edge) != [], "nobody else removes it"
        remove_leftovers(edge.server)
        assert held(edge) == []
    finally:
        edge.close()


def test_no_setting_lets_one_source_fill_the_balancer(narrow: Edge) -> None:
    limits = source_limits(
        dataclasses.replace(
            narrow.haproxy_view(), connections_max=1000, balancer=Balancer(source_connections_max=100_000)
        ),
        "cid",
    )
    assert limits.connections < limits.closed_connections < 1000
