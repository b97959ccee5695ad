"""Who sends a body that is too large is told so, also where it looks for no answer before all is sent."""

from __future__ import annotations

import http.client
import itertools
import json
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.edge import BALANCER, DIRECT, Edge
from zato.agent.limits import BODY_ROOM

LIMIT = 100 * 1024  # what support.edge.Edge sets
SIZES = [LIMIT + 1, 2 * LIMIT, 30 * LIMIT]
UNTOLD_SIZES = [LIMIT + 1, 2 * LIMIT, BODY_ROOM * LIMIT - 1]
"""Up to where a body whose length is not told is read."""
TIMES = 5


def chunks(size: int) -> Iterator[bytes]:
    for start in range(0, size, 8192):
        yield b"a" * min(8192, size - start)


def told(status: int, body: bytes) -> None:
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (413, "too-large")
    assert "max_body_bytes of the server" in error["message"]


@pytest.mark.parametrize(
    ("door", "size"), [*((BALANCER, size) for size in SIZES), (DIRECT, LIMIT + 1), (DIRECT, 2 * LIMIT)]
)
def test_a_client_that_sends_all_before_it_reads(edge: Edge, door: str, size: int) -> None:
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    for _ in range(TIMES):
        connection = http.client.HTTPSConnection("localhost", edge.port(door), context=context, timeout=20)
        connection.request("POST", "/echo", body=b"a" * size)
        answer = connection.getresponse()
        told(answer.status, answer.read())
        connection.close()


@pytest.mark.parametrize("size", UNTOLD_SIZES)
def test_a_client_that_sends_all_in_chunks_before_it_reads(edge: Edge, door: str, size: int) -> None:
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    for _ in range(TIMES):
        connection = http.client.HTTPSConnection("localhost", edge.port(door), context=context, timeout=20)
        connection.request("POST", "/echo", body=chunks(size), encode_chunked=True)
        answer = connection.getresponse()
        told(answer.status, answer.read())
        connection.close()


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
@pytest.mark.parametrize(
    ("header", "size"),
    [
        *itertools.product(["Expect:", "Expect: 100-continue"], SIZES),
        *itertools.product(["Transfer-Encoding: chunked"], UNTOLD_SIZES),
    ],
)
def test_curl(edge: Edge, tmp_path: Path, version: str, header: str, size: int) -> None:
    (tmp_path / "body").write_bytes(b"a" * size)
    command = ["curl", "--silent", "--show-error", version, "--cacert", str(edge.layout.ca_certificate)]
    command += ["--header", header, "--data-binary", f"@{tmp_path / 'body'}", "--write-out", "\n%{http_code}"]
    for _ in range(TIMES):
        done = subprocess.run(
            [*command, f"https://localhost:{edge.port(BALANCER)}/echo"], capture_output=True, check=False, timeout=20
        )
        assert done.returncode == 0, done.stderr
        body, _, status = done.stdout.rpartition(b"\n")
        told(int(status), body)


def test_the_connection_can_be_used_on(edge: Edge) -> None:
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    connection = http.client.HTTPSConnection("localhost", edge.port(BALANCER), context=context, timeout=20)
    connection.request("POST", "/echo", body=b"a" * (2 * LIMIT))
    answer = connection.getresponse()
    told(answer.status, answer.read())
    connection.request("GET", "/echo")
    assert connection.getresponse().status == 200
    connection.close()
