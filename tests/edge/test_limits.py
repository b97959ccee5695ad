"""What is too large is refused with a status that says what was."""

from __future__ import annotations

import pytest

from support.edge import BALANCER, DIRECT, Edge

HOST = b"Host: localhost\r\n"
BODY_BYTES_MAX = 100 * 1024  # what support.edge.Edge sets


def refusal(edge: Edge, door: str, request: bytes) -> tuple[int, str]:
    answer = edge.raw(request.replace(HOST, HOST + b"Connection: close\r\n", 1), door)
    assert answer.headers["content-type"] == "application/json"
    error = answer.json["error"]
    assert error["cid"] == answer.headers["x-zato-cid"]
    return answer.status, error["code"]


def test_an_address_that_is_too_long(edge: Edge, door: str) -> None:
    assert refusal(edge, door, b"GET /" + b"a" * 4000 + b" HTTP/1.1\r\n" + HOST + b"\r\n") == (414, "uri-too-long")


def test_a_long_address_that_is_not_too_long(edge: Edge, door: str) -> None:
    answer = edge.get("/" + "a" * 3990, door)
    assert answer.environ["PATH_INFO"] == "/" + "a" * 3990


def test_a_header_that_is_too_large(edge: Edge, door: str) -> None:
    request = b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 8000 + b"\r\n\r\n"
    assert refusal(edge, door, request) == (431, "header-too-large")


def test_a_large_header_that_is_not_too_large(edge: Edge, door: str) -> None:
    assert edge.get("/echo", door, headers={"X-A": "a" * 7800}).environ["HTTP_X_A"] == "a" * 7800


def test_many_small_headers_that_are_too_large_together(edge: Edge, door: str) -> None:
    headers = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 200) for number in range(50))
    request = b"GET /echo HTTP/1.1\r\n" + HOST + headers + b"\r\n"
    assert refusal(edge, door, request) == (431, "header-too-large")


@pytest.mark.parametrize("number", [81, 500])
def test_too_many_headers(edge: Edge, door: str, number: int) -> None:
    headers = b"".join(b"X-%d: a\r\n" % index for index in range(number))
    request = b"GET /echo HTTP/1.1\r\n" + HOST + headers + b"\r\n"
    assert refusal(edge, door, request) == (431, "header-too-large")


def test_as_many_headers_as_allowed(edge: Edge, door: str) -> None:
    assert edge.get("/echo", door, headers={f"X-{number}": "a" for number in range(78)}).status == 200


def test_a_header_beyond_all_buffers_is_refused(edge: Edge, door: str) -> None:
    request = b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 500_000 + b"\r\n\r\n"
    answer = edge.raw(request, door)
    assert answer.closed and answer.status in {0, 400, 431}
    assert edge.get("/echo", door).status == 200


def test_a_body_that_says_it_is_too_large(edge: Edge, door: str) -> None:
    asking = HOST + b"Expect: 100-continue\r\n"
    head = b"POST /echo HTTP/1.1\r\n" + asking + b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1)
    assert refusal(edge, door, head) == (413, "too-large")


def test_a_body_that_turns_out_to_be_too_large(edge: Edge, door: str) -> None:
    head = b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    assert refusal(edge, door, head + chunk * 10 + b"0\r\n\r\n") == (413, "too-large")


@pytest.mark.parametrize("coding", ["length", "chunks"])
def test_a_body_as_large_as_allowed(edge: Edge, door: str, coding: str) -> None:
    body = b"a" * BODY_BYTES_MAX
    if coding == "length":
        answer = edge.get("/echo", door, method="POST", body=body)
    else:
        head = b"POST /echo HTTP/1.1\r\n" + HOST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = edge.raw(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), door)
    assert answer.json["body_bytes"] == BODY_BYTES_MAX
    assert answer.environ["CONTENT_LENGTH"] == str(BODY_BYTES_MAX)


def test_an_answer_of_several_megabytes_arrives_whole(edge: Edge, door: str) -> None:
    assert len(edge.get("/large?bytes=8000000", door).body) == 8_000_000


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_haproxy_passes_on_a_request_that_has_no_body_and_does_not_say_so(edge: Edge, method: str) -> None:
    request = f"{method} /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    answer = edge.raw(request, BALANCER)
    assert (answer.status, answer.json["body_bytes"]) == (200, 0)


def test_lighttpd_wants_to_know_the_length_of_a_post(edge: Edge) -> None:
    assert refusal(edge, DIRECT, b"POST /echo HTTP/1.1\r\n" + HOST + b"\r\n") == (411, "length-required")
