"""A steady load with a bounded count, whose every answer is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import urllib3

from support.scale import times

# A request costs some 3 ms of a processor, so a hundred a second would be a third of one as long as a load lasts
PER_SECOND = times(40, full=100)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: its method, when it started and ended (monotonic seconds), its status (0: no answer) and body."""

    method: str
    started: float
    ended: float
    status: int
    body: bytes


class Load:
    """`per_second` requests from `threads` keep-alive clients, methods in turn, until `stop`, `seconds` at most.

    `body` goes with PUT, POST and PATCH. A client that was held up sends what is due later at once.
    """

    def __init__(
        self,
        pool: Any,
        path: str,
        *,
        method: str | Sequence[str] = "GET",
        per_second: int = PER_SECOND,
        threads: int = 8,
        body: bytes = b"",
        seconds: float = 60.0,
    ) -> None:
        self._pool = pool
        self._path = path
        self._methods = (method,) if isinstance(method, str) else tuple(method)
        self._body = body or None
        self._interval = threads / per_second
        self._seconds = seconds
        self._began = self._ended = 0.0
        self._stop = threading.Event()
        self.samples: list[Sample] = []
        self._threads = [threading.Thread(target=self._run, args=(n, n / per_second)) for n in range(threads)]

    def __enter__(self) -> Load:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._ended = time.monotonic()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, offset: float) -> None:
        due = time.monotonic() + offset
        end = due + self._seconds
        while not self._stop.is_set() and due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            due += self._interval
            method = self._methods[number % len(self._methods)]
            number += 1
            body = self._body if method in ("PUT", "POST", "PATCH") else None
            started = time.monotonic()
            try:
                answer = self._pool.request(method, self._path, body=body, retries=False)
                status, data = answer.status, answer.data
            except urllib3.exceptions.HTTPError as error:
                status, data = 0, str(error).encode()
            self.samples.append(Sample(method, started, time.monotonic(), status, data))

    def lowest_rate(self, seconds: float = 5.0) -> float:
        """Requests a second in the poorest of the periods of at least so many seconds that all the time falls into."""
        whole = self._ended - self._began
        periods = max(1, int(whole / seconds))
        length = whole / periods
        counts = [0] * periods
        for sample in self.samples:
            counts[min(periods - 1, int((sample.started - self._began) / length))] += 1
        return min(counts) / length

    def slowest(self) -> float:
        """Seconds that the slowest answer took."""
        return max(sample.ended - sample.started for sample in self.samples)

    def failed(self) -> list[Sample]:
        """Those that were not answered with 200."""
        return [sample for sample in self.samples if sample.status != 200]


def told(failed: Sequence[Sample]) -> str:
    """How many there are, and the first of them: what was asked, when, and what came."""
    first = [
        f"{one.method} after {one.ended - one.started:.2f} s: {one.status} {one.body[:200]!r}" for one in failed[:3]
    ]
    return " ".join((f"{len(failed)} failed", *(f"({text})" for text in first)))
