"""Requests and responses over a real socket pair."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader

from zato.server.wire import Answer, Reader
from zato.serving.active_request import ActiveRequest
from zato.serving.interruption import Interrupted
from zato.serving.memory import Memory


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def read(pair: tuple[socket.socket, socket.socket], data: bytes) -> dict[str, Any] | None:
    ours, theirs = pair
    theirs.sendall(data)
    theirs.shutdown(socket.SHUT_WR)
    return Reader(Config()).read(ours, "", "/run/front.sock")


Pair = tuple[socket.socket, socket.socket]


def test_a_usual_request_becomes_an_environ(pair: Pair) -> None:
    environ = read(
        pair, b"POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
    )
    assert environ is not None
    assert environ["REQUEST_METHOD"] == "POST"
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a b", "x=1")
    assert (environ["HTTP_HOST"], environ["CONTENT_TYPE"]) == ("h", "text/plain")
    assert environ["wsgi.input"].read() == b"abc"
    assert "zato.unread" not in environ


def test_a_chunked_request_goes_through_gunicorns_parser(pair: Pair) -> None:
    environ = read(pair, b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert environ is not None
    assert environ["wsgi.input"].read() == b"abc"


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_dash(pair: Pair) -> None:
    environ = read(pair, b"GET / HTTP/1.1\r\nHost: h\r\nX_Zato_User: root\r\nX-Zato-User: jane\r\n\r\n")
    assert environ is not None
    assert environ["HTTP_X_ZATO_USER"] == "jane"


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc",
    ],
)
def test_ambiguous_framing_is_refused(pair: Pair, head: bytes) -> None:
    with pytest.raises(InvalidHeader):
        read(pair, head)


def test_a_peer_that_says_nothing_is_no_request(pair: Pair) -> None:
    assert read(pair, b"") is None


def answer(pair: Pair, headers: list[tuple[str, str]], chunks: list[bytes], method: str = "GET") -> bytes:
    ours, theirs = pair
    result = Answer(ours, ActiveRequest(ours, Memory(lambda: 2**20)), method)
    result.start_response("200 OK", headers)
    result.send(chunks)
    ours.close()
    return b"".join(iter(lambda: theirs.recv(65536), b""))


def test_a_response_with_a_length_is_sent_as_it_is(pair: Pair) -> None:
    data = answer(pair, [("Content-Length", "3")], [b"abc"])
    assert data == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"


def test_a_response_without_a_length_is_chunked(pair: Pair) -> None:
    data = answer(pair, [], [b"abc", b"", b"de"])
    assert data.endswith(b"\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")


def test_head_gets_the_head_only(pair: Pair) -> None:
    data = answer(pair, [("Content-Length", "3")], [b"abc"], method="HEAD")
    assert data.endswith(b"Connection: close\r\n\r\n")


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nb", "a\rb", "a\0b"])
def test_a_header_that_would_break_out_of_its_line_is_refused(pair: Pair, value: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        Answer(pair[0], ActiveRequest(pair[0], Memory(lambda: 2**20)), "GET").start_response("200 OK", [("X-A", value)])


def test_only_one_of_thread_and_time_limit_may_answer(pair: Pair) -> None:
    active = ActiveRequest(pair[0], Memory(lambda: 2**20))
    assert active.claim(abandon=True)
    assert active.abandoned
    late = Answer(pair[0], active, "GET")
    late.start_response("200 OK", [("Content-Length", "1")])
    with pytest.raises(Interrupted):
        late.send([b"x"])


def test_a_thread_that_has_begun_to_answer_is_not_given_up(pair: Pair) -> None:
    active = ActiveRequest(pair[0], Memory(lambda: 2**20))
    assert active.claim()
    assert not active.claim(abandon=True)
    assert not active.abandoned
