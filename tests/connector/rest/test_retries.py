"""What is tried again, and what must not be."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from support.http_peer import HttpPeer, Received, Reply
from support.outgoing_rest import Connects
from support.ports import free_port
from zato.connector.outcome import Stage
from zato.connector.rest.failure import Failure
from zato.connector.rest.retry import pause_before_retry
from zato.core.errors import OutgoingFailed

CUT_BEFORE = b""
CUT_WITHIN = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this"


def failing_first(times: int, raw: bytes) -> list[Reply]:
    return [Reply(raw=raw)] * times + [Reply()]


def answer_with(peer: HttpPeer, replies: list[Reply]) -> None:
    def answer(received: Received) -> Reply:
        return replies[min(len(peer.received), len(replies)) - 1]

    peer.answer = answer


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("raw", [CUT_BEFORE, CUT_WITHIN])
def test_an_idempotent_request_is_repeated_when_the_connection_breaks(
    peer: HttpPeer, connect: Connects, method: str, raw: bytes
) -> None:
    if method == "HEAD" and raw == CUT_WITHIN:
        return  # such a response is whole without its body
    answer_with(peer, failing_first(2, raw))
    assert connect(peer.address, retries=2).conn.request(method, "c1").status_code == 200
    assert len(peer.received) == 3


def test_no_more_often_than_is_configured(peer: HttpPeer, connect: Connects) -> None:
    answer_with(peer, failing_first(3, CUT_BEFORE))
    with pytest.raises(OutgoingFailed, match="tried 3 times"):
        connect(peer.address, retries=2).conn.get("c1")
    assert len(peer.received) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("raw", [CUT_BEFORE, CUT_WITHIN])
def test_a_request_that_may_have_been_received_is_sent_once_where_twice_would_matter(
    peer: HttpPeer, connect: Connects, method: str, raw: bytes
) -> None:
    answer_with(peer, failing_first(1, raw))
    with pytest.raises(OutgoingFailed):
        connect(peer.address, retries=5).conn.request(method, "c1", {"amount": 5})
    assert len(peer.received) == 1


def test_a_post_that_could_not_be_sent_is_tried_again(connect: Connects) -> None:
    port = free_port()
    seen: list[bytes] = []

    def listen_late() -> None:
        time.sleep(0.15)
        with socket.create_server(("127.0.0.1", port)) as listener:
            accepted, _ = listener.accept()
            with accepted:
                seen.append(accepted.recv(10_000))
                accepted.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=listen_late)
    thread.start()
    response = connect(f"http://127.0.0.1:{port}", retries=4).conn.post("c1", "x")
    thread.join()
    assert response.status_code == 201
    assert len(seen) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_response_is_final_whatever_its_status(peer: HttpPeer, connect: Connects, status: int) -> None:
    peer.answer = lambda _: Reply(status)
    assert connect(peer.address, retries=5).conn.get("c1").status_code == status
    assert len(peer.received) == 1


def test_a_connection_that_the_other_system_has_closed_meanwhile_is_replaced(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # and closes, without a word
    conn = connect(peer.address, retries=0).conn
    for _ in range(5):
        assert conn.post("c1", "x").status_code == 200
        time.sleep(0.05)
    assert len(peer.received) == 5


UNSENT = Failure(Stage.CONNECT, "", unsent=True)
SENT = Failure(Stage.READ, "")


@pytest.mark.parametrize(
    ("failure", "method", "attempts", "seconds_left", "pause"),
    [
        (UNSENT, "POST", 1, 10, 0.1),
        (UNSENT, "POST", 2, 10, 0.2),
        (UNSENT, "POST", 3, 10, None),
        (UNSENT, "GET", 1, 0.05, None),
        (SENT, "GET", 1, 10, 0.1),
        (SENT, "POST", 1, 10, None),
        (SENT, "PATCH", 1, 10, None),
        (SENT, "LOCK", 1, 10, None),
        (Failure(Stage.TLS, "", unsent=True, lasting=True), "GET", 1, 10, None),
        (Failure(Stage.READ, "", timed_out=True), "GET", 1, 10, None),
    ],
)
def test_the_decision(failure: Failure, method: str, attempts: int, seconds_left: float, pause: float | None) -> None:
    assert pause_before_retry(failure, method=method, attempts=attempts, retries=2, seconds_left=seconds_left) == pause
