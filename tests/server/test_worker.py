"""What a worker does with its connections, tried in a thread of this process, without gunicorn's master."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from gunicorn.config import Config

from support.waiting import PATIENCE_SECONDS, until
from zato.server import worker as module
from zato.server.sizing import FEW
from zato.server.worker import AcceptingThreadsWorker
from zato.serving.active_request import ActiveRequest
from zato.serving.interruption import Interrupted
from zato.serving.memory import Memory

Wsgi = Callable[[dict[str, Any], Any], list[bytes]]
Answers = Callable[["Request"], bytes]


class Request:
    """What a service has of it."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.path: str = environ["PATH_INFO"]
        self.internal: bool = environ["zato.internal"]
        self.active: ActiveRequest = environ["zato.request"]
        self._waiting = environ["zato.wait"]

    def limit(self, seconds: float) -> None:
        """As the dispatcher does it for a service."""
        self.active.service, self.active.cid, self.active.limit_seconds = "slow", "c1", seconds
        self.active.deadline = time.monotonic() + seconds


class Running:
    """A worker that serves `answers` at three doors."""

    def __init__(self, directory: Path, answers: Answers) -> None:
        self.paths = {name: directory / name for name in ("door", "internal", "health")}
        sockets = []
        for path in self.paths.values():
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(str(path))
            listening.listen(64)
            sockets.append(SimpleNamespace(sock=listening, fileno=listening.fileno))
        self._sockets = sockets
        self.loads: list[int] = []
        config = Config()
        config.set("threads", 8)
        config.set("graceful_timeout", 5)
        app = SimpleNamespace(
            internal_socket=str(self.paths["internal"]),
            health_socket=str(self.paths["health"]),
            memory=lambda: Memory(lambda: 1_000_000),
            load_seen=self.loads.append,
        )
        self.worker: Any = AcceptingThreadsWorker(
            1, os.getppid(), sockets, app, 30, config, cast(Any, logging.getLogger("gunicorn"))
        )
        self.worker.PIPE = os.pipe()
        os.set_blocking(self.worker.PIPE[0], False)
        self.worker.wsgi = self._wsgi
        self._answers = answers
        self._thread = threading.Thread(target=self.worker.run)
        self._thread.start()

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = self._answers(Request(environ))
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def connect(self, door: str = "door") -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(str(self.paths[door]))
        return connection

    def begin(self, path: str = "/", door: str = "door") -> socket.socket:
        """A request that was sent, and may be answered."""
        connection = self.connect(door)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def get(self, path: str = "/", door: str = "door") -> str:
        """Everything that comes until the connection is closed."""
        return all_of(self.begin(path, door))

    def stop(self) -> None:
        self.worker.alive = False
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def close(self) -> None:
        if self._thread.is_alive():
            self.stop()
        for each in self._sockets:
            each.sock.close()
        for descriptor in self.worker.PIPE:
            os.close(descriptor)


def all_of(connection: socket.socket) -> str:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


class Service:
    """Answers with its path; what is under /wait waits until it is let go, and has a time limit where the path says."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.begun = 0
        self.ended: list[str] = []
        self.seen: list[ActiveRequest] = []

    def __call__(self, request: Request) -> bytes:
        self.seen.append(request.active)
        match request.path.split("/")[1:]:
            case ["wait", *limit]:
                if limit:
                    request.limit(float(limit[0]))
                self._wait(request.path)
            case ["raise"]:
                raise ValueError("a mistake")
            case ["exit"]:
                raise SystemExit(3)
        return f"{request.path} {request.internal}".encode()

    def _wait(self, path: str) -> None:
        self.begun += 1
        try:
            while not self.let_go.wait(0.005):
                """In steps, as most that waits in Python can be interrupted between two."""
        except Interrupted:
            self.ended.append(f"{path} interrupted")
            raise
        self.ended.append(path)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.let_go.set()


@pytest.fixture
def running(tmp_path: Path, service: Service) -> Iterator[Running]:
    made = Running(tmp_path, service)
    yield made
    service.let_go.set()
    made.close()


def test_each_connection_is_one_request_and_a_door_says_who_is_inside(running: Running) -> None:
    for door, inside in (("door", False), ("internal", True), ("health", False)):
        answer = running.get("/hello", door)
        assert answer.startswith("HTTP/1.1 200 OK\r\n")
        assert "Connection: close\r\n" in answer
        assert answer.endswith(f"/hello {inside}")


def test_questions_about_health_are_answered_while_all_threads_wait(running: Running, service: Service) -> None:
    waiting = [running.begin("/wait") for _ in range(8)]
    until(lambda: service.begun == 8)
    assert running.get("/health", "health").endswith("/health False")
    until(lambda: running.loads[-1] == 8)
    service.let_go.set()
    assert [all_of(each).endswith("/wait False") for each in waiting] == [True] * 8


def test_whatever_a_service_raises_its_caller_has_an_answer_and_its_thread_goes_on(running: Running) -> None:
    assert running.get("/raise").startswith("HTTP/1.1 500 Internal Server Error\r\n")
    assert running.get("/exit") == "", "nothing is left of the process that could say more"
    for _ in range(8):
        assert running.get("/hello").startswith("HTTP/1.1 200 OK\r\n")


def test_a_service_beyond_its_limit_is_answered_for_and_interrupted_and_has_nothing_to_say_any_more(
    running: Running, service: Service
) -> None:
    others = [running.begin("/wait") for _ in range(3)]
    answer = running.get("/wait/0.05")
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 504 Gateway Timeout\r\n")
    assert "X-Zato-CID: c1" in head
    assert "Service slow exceeded its time limit of 0.05 s." in body
    until(lambda: service.ended == ["/wait/0.05 interrupted"])
    service.let_go.set()
    assert [all_of(each).endswith("/wait False") for each in others] == [True] * 3
    until(lambda: not running.worker._threads.given_up)


def test_what_a_request_has_taken_of_a_limit_is_free_once_it_was_given_up(running: Running, service: Service) -> None:
    released = []
    connection = running.begin("/wait")
    until(lambda: service.begun == 1)
    (active,) = service.seen
    active.ticket = SimpleNamespace(release=lambda: released.append(True))
    active.service, active.deadline = "slow", 0.0
    assert all_of(connection).startswith("HTTP/1.1 504 ")
    assert released == [True]


def test_a_request_that_does_not_come_in_whole_is_closed_without_an_answer(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_READ_SECONDS", 0.05)
    with running.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert connection.recv(1) == b""
    assert running.get("/hello").endswith("/hello False")


def test_who_connects_and_goes_away_again_disturbs_nobody(running: Running) -> None:
    for _ in range(20):
        running.connect().close()
    assert running.get("/hello").endswith("/hello False")


def test_requests_that_have_begun_are_finished_when_it_stops(running: Running, service: Service) -> None:
    connection = running.begin("/wait")
    until(lambda: service.begun == 1)
    running.worker.alive = False
    until(lambda: not running.worker._threads.least)
    service.let_go.set()
    assert all_of(connection).endswith("/wait False")
    running.stop()


def test_time_limits_hold_while_it_stops(running: Running, service: Service) -> None:
    connection = running.begin("/wait/0.2")
    until(lambda: service.begun == 1)
    running.stop()
    assert all_of(connection).startswith("HTTP/1.1 504 ")


def test_more_threads_come_where_all_wait_and_more_requests_do(running: Running, service: Service) -> None:
    assert running.get("/hello")
    until(lambda: running.worker._threads.count == FEW)
    waiting = [running.begin("/wait") for _ in range(12)]
    until(lambda: service.begun == 8)
    assert running.worker._threads.count == 8, "as many as the setting allows"
    service.let_go.set()
    assert len([all_of(each) for each in waiting]) == 12
