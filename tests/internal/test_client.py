"""The internal door's client against what may be at the other end of the socket."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.origin import Asker, Origin
from zato.internal.client import NO_ANSWER, NOT_BEGUN, InternalClient, Invoked
from zato.internal.invocation import Invocation

ORIGIN = Origin(Asker.JOB, "nightly@2026-11-25", redelivered=False, attempt=1, name="nightly")
INVOCATION = Invocation(ORIGIN, "demo.echo", b"{}", "cid-1", "shop")


Talk = Callable[[socket.socket], object]
Served = Callable[[Talk], Path]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Where a server is that has such a talk with who connects first, and accepts nobody else."""
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:

        def start(talk: Talk) -> Path:
            listener.bind(str(path))
            listener.listen()

            def accept() -> None:
                connection, _ = listener.accept()
                with connection:
                    talk(connection)

            threading.Thread(target=accept, daemon=True).start()
            return path

        yield start


def received(connection: socket.socket) -> None:
    seen = b""
    while not seen.endswith(INVOCATION.payload):
        seen += connection.recv(65536)


def after_the_request(answer: bytes) -> Talk:
    """Says that once it has the invocation."""

    def talk(connection: socket.socket) -> None:
        received(connection)
        connection.sendall(answer)

    return talk


def test_a_server_that_is_not_there_has_not_begun(tmp_path: Path) -> None:
    client = InternalClient(tmp_path / "http.sock", "listener")
    assert not client.takes_requests()
    with pytest.raises(Unavailable) as caught:
        client.invoke(INVOCATION)
    assert caught.value.code == NOT_BEGUN


def test_a_server_that_ends_in_the_middle_may_have_begun(served: Served) -> None:
    path = served(lambda connection: connection.recv(10))
    with pytest.raises(Unavailable) as caught:
        InternalClient(path, "listener").invoke(INVOCATION)
    assert caught.value.code == NO_ANSWER
    with pytest.raises(TimeLimitExceeded):
        InternalClient(path, "listener", invocation_seconds=0.05).invoke(INVOCATION)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("204 No Content", b"", Invoked(204)),
        (
            "400 Bad Request",
            json.dumps({"error": {"code": "bad", "message": "Not so."}}).encode(),
            Invoked(400, "bad", "Not so."),
        ),
        ("200 OK", b'{"error": {"code": "bad", "message": "Not so."}}', Invoked(200)),
        ("502 Bad Gateway", b"<html>", Invoked(502, "", "<html>")),
        ("502 Bad Gateway", b'{"error": "x"}', Invoked(502, "", '{"error": "x"}')),
        ("502 Bad Gateway", b"[]", Invoked(502, "", "[]")),
        ("502 Bad Gateway", b"\xff" + b"x" * 600, Invoked(502, "", "\ufffd" + "x" * 499)),
    ],
    ids=["done", "refused", "no error", "not ours", "another error", "no object", "long"],
)
def test_what_the_server_says_is_told(served: Served, status: str, body: bytes, expected: Invoked) -> None:
    path = served(after_the_request(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body))
    assert InternalClient(path, "singleton").invoke(INVOCATION) == expected


def test_an_answer_that_was_cut_off_is_none(served: Served) -> None:
    path = served(after_the_request(b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n{"))
    with pytest.raises(Unavailable) as caught:
        InternalClient(path, "singleton").invoke(INVOCATION)
    assert caught.value.code == NO_ANSWER


@pytest.mark.parametrize(("status", "takes"), [("200 OK", True), ("404 Not Found", False), ("503 No", False)])
def test_a_server_is_asked_whether_it_takes_requests(served: Served, status: str, takes: bool) -> None:
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\nok\n".encode())

    assert InternalClient(served(talk), "listener").takes_requests() is takes
    assert asked[0].startswith(b"GET /zato/health HTTP/1.1\r\n")


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n"])
def test_a_server_that_answers_something_else_takes_none(served: Served, said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    assert not InternalClient(served(talk), "listener").takes_requests()


def test_an_answer_without_an_end_is_left(served: Served) -> None:
    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            received(connection)
            connection.sendall(b"HTTP/1.1 500 Oh\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)

    with pytest.raises(Unavailable, match="without an end") as caught:
        InternalClient(served(talk), "singleton").invoke(INVOCATION)
    assert caught.value.code == NO_ANSWER
