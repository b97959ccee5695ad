"""Requests that are not valid HTTP, or mean two things at once, are refused and leave nothing behind."""

from __future__ import annotations

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.malformed import CHUNKED, HOST, MALFORMED, SMUGGLED, post


@pytest.mark.parametrize("title", MALFORMED)
def test_a_malformed_request_is_refused_and_the_connection_closed(edge: Edge, door: str, title: str) -> None:
    answer = edge.raw(MALFORMED[title].replace(HOST, HOST + b"Connection: close\r\n", 1), door, seconds=3)
    assert answer.closed
    assert answer.status in {0, 400, 401, 413, 422, 431, 501, 505}, answer
    assert b"environ" not in answer.body
    assert b"Traceback" not in answer.body and b"haproxy" not in answer.body and b"lighttpd" not in answer.body
    assert edge.get("/echo", door).status == 200


def test_lighttpd_refuses_a_length_beside_chunks(edge: Edge) -> None:
    request = post(b"Content-Length: 6\r\n" + CHUNKED, b"0\r\n\r\n" + SMUGGLED)
    answer = edge.raw(request, DIRECT)
    assert (answer.status, answer.closed) == (400, True)
    assert b"smuggled" not in answer.body


@pytest.mark.parametrize("first", [b"Content-Length: 6\r\n" + CHUNKED, CHUNKED + b"Content-Length: 6\r\n"])
def test_nothing_is_smuggled_through_haproxy_by_a_length_beside_chunks(edge: Edge, first: bytes) -> None:
    """RFC 9112, section 6.3: chunks count, the length is dropped, and the connection ends with this request."""
    answer = edge.raw(post(first, b"0\r\n\r\n" + SMUGGLED), BALANCER)
    assert answer.closed
    assert answer.body.count(b"environ") == 1 and b"smuggled" not in answer.body
    assert answer.environ["CONTENT_LENGTH"] == "0"
    edge.access_line(answer)
    assert all(line["path"] != "/smuggled" for line in edge.access_lines())


def test_chunked_twice_is_refused_or_means_the_same_as_once(edge: Edge, door: str) -> None:
    answer = edge.raw(post(CHUNKED + CHUNKED + b"Connection: close\r\n", b"3\r\nabc\r\n0\r\n\r\n" + SMUGGLED), door)
    assert answer.closed and b"smuggled" not in answer.body
    assert answer.status == 400 or answer.json["body_bytes"] == 3
