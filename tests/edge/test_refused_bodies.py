"""Who is refused while sending a large body is told why, also where it looks for no answer before all is sent."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import signal
import ssl
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.waiting import until
from zato.agent.haproxy.runtime_api import RuntimeApi

LIMIT = 4 * 1024 * 1024
SIZE = LIMIT - 1
UPLOADS_BYTES = 16 * LIMIT  # of which one source has a quarter, and a quarter of it is for what is refused
REQUESTS = 6
CONNECTIONS = 40
SOURCE = "127.0.0.2"
TIMES = 3
GET = b"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CURL = "curl --silent --show-error --insecure --interface 127.0.0.2 --header Expect: --write-out \n%{http_code}"


@pytest.fixture(scope="module")
def crowded() -> Iterator[Edge]:
    made = Edge(
        body_bytes_max=LIMIT,
        source_requests_max=REQUESTS,
        source_connections_max=CONNECTIONS,
        uploads_bytes_max=UPLOADS_BYTES,
        direct_requests_max=REQUESTS,
    )
    try:
        yield made.start()
    finally:
        made.close()


def chunks() -> Iterator[bytes]:
    for start in range(0, SIZE, 8192):
        yield b"a" * min(8192, SIZE - start)


def by_http_client(edge: Edge, door: str, path: str, *, chunked: bool) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    connection = http.client.HTTPSConnection(
        "localhost", edge.port(door), context=context, timeout=20, source_address=(SOURCE, 0)
    )
    with contextlib.closing(connection):
        if chunked:
            connection.request("POST", path, body=chunks(), encode_chunked=True)
        else:
            connection.request("POST", path, body=b"a" * SIZE)
        answer = connection.getresponse()
        return answer.status, answer.read()


def by_curl(edge: Edge, path: str, version: str, directory: Path, *, told: bool) -> tuple[int, bytes]:
    """Where it is not `told`, curl does not know how long the body is, and says nothing of it over HTTP/2."""
    body = directory / "body"
    body.write_bytes(b"a" * SIZE)
    what = ["--data-binary", f"@{body}"] if told else ["--request", "POST", "--upload-file", "-"]
    command = [*CURL.split(" "), version, "--path-as-is", *what, f"https://localhost:{edge.port(BALANCER)}{path}"]
    done = subprocess.run(command, input=body.read_bytes(), capture_output=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    answer, _, status = done.stdout.rpartition(b"\n")
    return int(status), answer


def each_way(edge: Edge, doors: tuple[str, ...], directory: Path, path: str = "/echo") -> Iterator[tuple[int, str]]:
    """Status and code of the answers to all kinds of clients, several times."""
    ways: list[Callable[[], tuple[int, bytes]]] = []
    for door in doors:
        ways += [partial(by_http_client, edge, door, path, chunked=chunked) for chunked in (False, True)]
    if BALANCER in doors:
        for version, told in itertools.product(("--http1.1", "--http2"), (True, False)):
            ways += [partial(by_curl, edge, path, version, directory, told=told)]
    for way in ways:
        for _ in range(TIMES):
            status, body = way()
            yield status, json.loads(body)["error"]["code"]


@contextlib.contextmanager
def held(edge: Edge, request: bytes, count: int) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(edge.connect(BALANCER, source=SOURCE)).sendall(request)
        yield


def in_files(edge: Edge) -> int:
    return len(list((edge.server.lighttpd / "uploads").iterdir()))


def test_uploads_of_a_source(crowded: Edge, tmp_path: Path) -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {SIZE}\r\n\r\n".encode()
    with held(crowded, head + b"a" * 100_000, 4):
        until(lambda: in_files(crowded) == 4)
        for status, code in each_way(crowded, (BALANCER, DIRECT), tmp_path):
            assert (status, code) == (429, "too-many-requests")
        assert in_files(crowded) == 4, "what was refused is not kept"
    until(lambda: in_files(crowded) == 0)


def test_who_asks_before_sending_is_told_at_once(crowded: Edge) -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {SIZE}\r\n"
    with held(crowded, head.encode() + b"\r\n" + b"a" * 100_000, 4):
        until(lambda: in_files(crowded) == 4)
        answer = crowded.raw(head.encode() + b"Expect: 100-continue\r\n\r\n", DIRECT, source=SOURCE)
        assert answer.status == 429
    until(lambda: in_files(crowded) == 0)


def test_requests_of_a_source(crowded: Edge, tmp_path: Path) -> None:
    with held(crowded, b"GET /sleep?seconds=20 HTTP/1.1\r\nHost: localhost\r\n\r\n", REQUESTS):
        until(lambda: crowded.raw(GET, source=SOURCE).status == 429)
        for status, code in each_way(crowded, (BALANCER,), tmp_path):
            assert (status, code) == (429, "too-many-requests")


def test_connections_of_a_source(crowded: Edge, tmp_path: Path) -> None:
    with held(crowded, b"", CONNECTIONS):
        until(lambda: crowded.raw(GET, source=SOURCE).status == 429)
        for status, code in each_way(crowded, (BALANCER,), tmp_path):
            assert (status, code) == (429, "too-many-requests")


def test_what_could_be_another_path(crowded: Edge, tmp_path: Path) -> None:
    for status, code in each_way(crowded, (BALANCER, DIRECT), tmp_path, "/a/../echo"):
        assert (status, code) == (400, "invalid-path")


def test_no_server_is_there(tmp_path: Path) -> None:
    edge = Edge(body_bytes_max=LIMIT, check_failures=1)
    try:
        edge.start()
        edge.signal("lighttpd", signal.SIGKILL)
        until(lambda: ",DOWN," in RuntimeApi(edge.layout.haproxy_socket).ask("show stat"))
        for status, code in each_way(edge, (BALANCER,), tmp_path):
            assert (status, code) == (503, "unavailable")
        edge.signal("gunicorn", signal.SIGKILL)  # it would wait for what lighttpd had begun
    finally:
        edge.close()
