"""Requests of many clients over kept-alive connections, and what became of them."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.waiting import PATIENCE_SECONDS, until


class Load:
    """Clients that ask for one path again and again until the load ends; `answers` counts statuses and errors."""

    def __init__(self, port: int, ca: Path, path: str, *, method: str = "GET", body: bytes | None = None) -> None:
        self._port = port
        self._ca = ca
        self._path = path
        self._method = method
        self._body = body
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.answers: Counter[object] = Counter()

    @property
    def failures(self) -> dict[object, int]:
        return {answer: count for answer, count in self.answers.items() if answer != 200}

    @contextmanager
    def running(self, clients: int) -> Iterator[Load]:
        threads = [threading.Thread(target=self._client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self, count: int) -> None:
        """Waits until so many more requests were answered."""
        goal = self.answers.total() + count
        until(lambda: self.answers.total() >= goal)

    def _client(self) -> None:
        context = ssl.create_default_context(cafile=self._ca)
        connection = http.client.HTTPSConnection("localhost", self._port, timeout=PATIENCE_SECONDS, context=context)
        while not self._stop.is_set():
            answer: object
            try:
                connection.request(self._method, self._path, body=self._body)
                response = connection.getresponse()
                response.read()
                answer = response.status
            except (OSError, http.client.HTTPException) as error:
                answer = repr(error)
                connection.close()
            with self._lock:
                self.answers[answer] += 1
        connection.close()
