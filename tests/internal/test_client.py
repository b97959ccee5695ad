"""The internal door's client against what may be at the other end of the socket."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from pathlib import Path

import pytest

from zato.core.errors import TimeLimitExceeded, Unavailable
from zato.core.origin import Asker, Origin
from zato.internal.client import NO_ANSWER, NOT_BEGUN, InternalClient, Invoked
from zato.internal.invocation import Invocation

ORIGIN = Origin(Asker.JOB, "nightly@2026-11-25", redelivered=False, attempt=1, name="nightly")
INVOCATION = Invocation(ORIGIN, "demo.echo", b"{}", "cid-1", "shop")


def test_a_server_that_is_not_there_has_not_begun(tmp_path: Path) -> None:
    client = InternalClient(tmp_path / "http.sock", "listener")
    assert not client.takes_requests()
    with pytest.raises(Unavailable) as caught:
        client.invoke(INVOCATION)
    assert caught.value.code == NOT_BEGUN


def test_a_server_that_ends_in_the_middle_may_have_begun(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def end_each() -> None:
            connection, _ = listener.accept()
            connection.recv(10)
            connection.close()

        threading.Thread(target=end_each, daemon=True).start()
        with pytest.raises(Unavailable) as caught:
            InternalClient(path, "listener").invoke(INVOCATION)
        assert caught.value.code == NO_ANSWER
        with pytest.raises(TimeLimitExceeded):
            InternalClient(path, "listener", invocation_seconds=0.05).invoke(INVOCATION)


def received(connection: socket.socket) -> None:
    seen = b""
    while not seen.endswith(INVOCATION.payload):
        seen += connection.recv(65536)


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
def test_what_the_server_says_is_told(tmp_path: Path, status: str, body: bytes, expected: Invoked) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                received(connection)
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

        threading.Thread(target=answer, daemon=True).start()
        assert InternalClient(path, "singleton").invoke(INVOCATION) == expected


def test_an_answer_that_was_cut_off_is_none(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                received(connection)
                connection.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n{")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(Unavailable) as caught:
            InternalClient(path, "singleton").invoke(INVOCATION)
    assert caught.value.code == NO_ANSWER


@pytest.mark.parametrize(("status", "takes"), [("200 OK", True), ("404 Not Found", False), ("503 No", False)])
def test_a_server_is_asked_whether_it_takes_requests(tmp_path: Path, status: str, takes: bool) -> None:
    asked: list[bytes] = []
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 3\r\n\r\nok\n".encode())

        threading.Thread(target=answer, daemon=True).start()
        assert InternalClient(path, "listener").takes_requests() is takes
    assert asked[0].startswith(b"GET /zato/health HTTP/1.1\r\n")


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n"])
def test_a_server_that_answers_something_else_takes_none(tmp_path: Path, said: bytes) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(said)

        threading.Thread(target=answer, daemon=True).start()
        assert not InternalClient(path, "listener").takes_requests()


def test_an_answer_without_an_end_is_left(tmp_path: Path) -> None:
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                received(connection)
                connection.sendall(b"HTTP/1.1 500 Oh\r\n\r\n")
                while True:
                    connection.sendall(b"x" * 65536)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(Unavailable, match="without an end") as caught:
            InternalClient(path, "singleton").invoke(INVOCATION)
    assert caught.value.code == NO_ANSWER
