"""What the command line takes of an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.waiting import LATE_SECONDS, PATIENCE_SECONDS
from zato.client.transport import SocketTransport
from zato.core.errors import Unavailable


@contextmanager
def server(head: bytes, part: bytes, pause: float, *, parts: int = 1 << 40) -> Iterator[Path]:
    """Answers with `part` again and again."""
    with TemporaryDirectory(prefix="zato-") as directory, socket.socket(socket.AF_UNIX) as listening:
        path = Path(directory) / "http.sock"
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(head)
                for _ in range(parts):
                    connection.sendall(part)
                    time.sleep(pause)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield path
        thread.join(PATIENCE_SECONDS)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("head", "part", "pause"),
    [
        (HEAD + b"\r\n", b"x" * 65536, 0),
        (HEAD + b"\r\n", b"x", 0.05),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nxxxx\r\n", 0),
    ],
)
def test_an_answer_without_an_end_is_left(head: bytes, part: bytes, pause: float) -> None:
    began = time.monotonic()
    with server(head, part, pause) as path, pytest.raises(Unavailable, match="without an end") as caught:
        SocketTransport(path, bytes_max=100_000).request("GET", "/", None, {}, timeout_seconds=0.2)
    assert caught.value.code == "endless-answer"
    assert time.monotonic() - began < LATE_SECONDS


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_one_that_has_an_end_is_taken_whole(parts: int) -> None:
    with server(HEAD + f"Content-Length: {parts * 70000}\r\n\r\n".encode(), b"y" * 70000, 0, parts=parts) as path:
        reply = SocketTransport(path).request("GET", "/", None, {}, timeout_seconds=5)
    assert (reply.status, reply.content_type, reply.body) == (200, "text/plain", b"y" * 70000 * parts)


def test_an_answer_that_comes_before_all_of_the_request_is_taken() -> None:
    """As 413 for what is too large."""
    with server(HEAD.replace(b"200 OK", b"413 Large") + b"Content-Length: 1\r\n\r\n", b"z", 0, parts=1) as path:
        reply = SocketTransport(path).request("POST", "/", b"x" * 4_000_000, {}, timeout_seconds=5)
    assert (reply.status, reply.body) == (413, b"z")
