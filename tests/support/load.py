"""A steady load with a bounded count, whose every answer is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: when it started and ended (monotonic seconds), its status (0: no answer) and body."""

    started: float
    ended: float
    status: int
    body: bytes


class Load:
    """`per_second` requests of one kind from `threads` keep-alive clients, until `stop`, `seconds` at most."""

    def __init__(
        self,
        pool: Any,
        path: str,
        *,
        method: str = "GET",
        per_second: int = 100,
        threads: int = 8,
        body: bytes = b"",
        seconds: float = 60.0,
    ) -> None:
        self._pool = pool
        self._path = path
        self._method = method
        self._body = body or None
        self._interval = threads / per_second
        self._seconds = seconds
        self._stop = threading.Event()
        self.samples: list[Sample] = []
        self._threads = [threading.Thread(target=self._run, args=(n / per_second,)) for n in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, offset: float) -> None:
        due = time.monotonic() + offset
        end = due + self._seconds
        while not self._stop.is_set() and due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            due += self._interval
            started = time.monotonic()
            try:
                answer = self._pool.request(self._method, self._path, body=self._body, retries=False)
                status, data = answer.status, answer.data
            except urllib3.exceptions.HTTPError as error:
                status, data = 0, str(error).encode()
            self.samples.append(Sample(started, time.monotonic(), status, data))

    def failed(self) -> list[Sample]:
        """Those that were not answered with 200."""
        return [sample for sample in self.samples if sample.status != 200]


def eventually(check: Callable[[], bool], seconds: float) -> float:
    """Wait until `check` holds; the seconds it took. Fails the test where it does not come to hold."""
    started = time.monotonic()
    while not check():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"It did not come to hold within {seconds} s.")
        time.sleep(0.005)
    return time.monotonic() - started
