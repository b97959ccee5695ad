"""Requests that are not valid HTTP, mean two things at once, or are too large: refused at both doors, nobody harmed."""

import socket

import pytest

from support.cluster import RunningCluster
from support.doors import BALANCER, DIRECT, Answer, Doors
from support.hostile_services import ECHO
from support.malformed import CHUNKED, HOST, MALFORMED, SMUGGLED, post
from zato.host.settings import ServerSettings

pytestmark = pytest.mark.usefixtures("unharmed")

BODY_BYTES_MAX = ServerSettings().max_body_bytes


def closing(request: bytes) -> bytes:
    return request.replace(HOST, HOST + b"Connection: close\r\n", 1)


@pytest.mark.parametrize("title", MALFORMED)
def test_a_malformed_request_is_refused_and_reaches_no_service(doors: Doors, door: str, title: str) -> None:
    answer = doors.raw(closing(MALFORMED[title]), door, seconds=3)
    assert answer.closed
    assert answer.status in {0, 400, 401, 413, 422, 431, 501, 505}, answer
    for word in (b"principal", b"Traceback", b"haproxy", b"lighttpd", b"gunicorn"):
        assert word not in answer.body
    assert doors.get(ECHO, door).status == 200


def test_a_length_beside_chunks_never_makes_two_requests_of_one(doors: Doors, door: str) -> None:
    """RFC 9112, section 6.3: refused, or chunks count and the connection ends with this request."""
    for first in (b"Content-Length: 6\r\n" + CHUNKED, CHUNKED + b"Content-Length: 6\r\n"):
        answer = doors.raw(post(first, b"0\r\n\r\n" + SMUGGLED), door)
        assert answer.closed and b"smuggled" not in answer.body
        if door == DIRECT:
            assert answer.status == 400
        else:
            assert (answer.status, answer.json["body_bytes"]) == (200, 0)


def test_a_length_shorter_than_the_body_never_makes_two_requests_of_one(doors: Doors, door: str) -> None:
    answer = doors.raw(closing(post(b"Content-Length: 3\r\n", b"abc" + SMUGGLED)), door)
    assert answer.closed and b"smuggled" not in answer.body
    assert answer.json["body_bytes"] == 3


def test_chunked_twice_is_refused_or_means_the_same_as_once(doors: Doors, door: str) -> None:
    answer = doors.raw(closing(post(CHUNKED + CHUNKED, b"3\r\nabc\r\n0\r\n\r\n" + SMUGGLED)), door)
    assert answer.closed and b"smuggled" not in answer.body
    assert answer.status == 400 or answer.json["body_bytes"] == 3


def refusal(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    error = answer.json["error"]
    assert error["cid"] == answer.headers["x-zato-cid"]
    return answer.status, error["code"]


TOO_LARGE = {
    "address": (b"GET /echo?" + b"a" * 4000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "uri-too-long"),
    "header": (b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 8000 + b"\r\n\r\n", 431, "header-too-large"),
    "headers together": (
        b"GET /echo HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 200) for n in range(50)) + b"\r\n",
        431,
        "header-too-large",
    ),
    "number of headers": (
        b"GET /echo HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: a\r\n" % n for n in range(500)) + b"\r\n",
        431,
        "header-too-large",
    ),
    "length": (post(b"Content-Length: %d\r\n" % (BODY_BYTES_MAX + 1), bytes(BODY_BYTES_MAX + 1)), 413, "too-large"),
}


@pytest.mark.parametrize("title", TOO_LARGE)
def test_what_is_too_large_is_refused_with_a_status_that_says_what(doors: Doors, door: str, title: str) -> None:
    request, status, code = TOO_LARGE[title]
    assert refusal(doors.raw(closing(request), door)) == (status, code)


def test_chunks_that_turn_out_to_be_too_large_are_refused(doors: Doors, door: str) -> None:
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    answer = doors.raw(closing(post(CHUNKED, chunk * (BODY_BYTES_MAX // 0x100000 + 1) + b"0\r\n\r\n")), door)
    assert refusal(answer) == (413, "too-large")


def test_a_header_beyond_all_buffers_is_refused(doors: Doors, door: str) -> None:
    request = b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 500_000 + b"\r\n\r\n"
    answer = doors.raw(request, door)
    assert answer.closed and answer.status in {0, 400, 431}


def test_the_largest_body_that_is_allowed_arrives_whole(doors: Doors, door: str) -> None:
    body = b"a" * BODY_BYTES_MAX
    answer = doors.get(ECHO, door, method="POST", body=body)
    assert answer.json["body_bytes"] == BODY_BYTES_MAX


def test_a_body_that_ends_before_its_length_reaches_no_service(doors: Doors, door: str) -> None:
    with doors.connect(door) as connection:
        connection.sendall(post(b"Content-Length: 100000\r\n", b"a" * 50_000))
    # What comes next on a connection of its own is not mistaken for the rest
    assert doors.get(ECHO, door).json["body_bytes"] == 0


def test_connections_that_send_no_http_at_all_harm_nobody(hostile: RunningCluster, doors: Doors, door: str) -> None:
    for data in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", bytes(1000)):
        with socket.create_connection(("127.0.0.1", doors.port(door)), timeout=5) as plain:
            plain.sendall(data)
    assert doors.get(ECHO, door).status == 200
    assert hostile.answers()


def test_a_request_that_is_cut_off_by_a_reset_harms_nobody(doors: Doors) -> None:
    for door in (BALANCER, DIRECT):
        for request in (b"GET /ec", post(b"Content-Length: 5\r\n", b"ab"), closing(b"GET /echo HTTP/1.1\r\n" + HOST)):
            connection = doors.connect(door)
            connection.sendall(request)
            connection.close()
        assert doors.get(ECHO, door).status == 200
