"""An open-loop load: requests are sent when they are due, however long the answers to those before take."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import urllib3

# As many as may wait for an answer, each for `timeout` at most, before the loop is no longer open
_CLIENTS_MAX = 2048


@dataclass(frozen=True, slots=True)
class Sending:
    """One request: its id is in its body where it has one, otherwise in its path."""

    id: str
    kind: str
    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. Times are seconds since the epoch; `status` is 0 where there was no answer."""

    sending: Sending
    due: float
    started: float
    ended: float
    status: int
    body: bytes
    retry_after: str

    @property
    def seconds(self) -> float:
        """Since it was due: what waited for a client counts as well."""
        return self.ended - self.due

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def __str__(self) -> str:
        moment = time.strftime("%H:%M:%S", time.gmtime(self.due))
        return f"{moment} {self.sending.kind} after {self.seconds:.2f} s: {self.status} {self.body[:160]!r}"


class OpenLoad:
    """`per_second` requests of `made`, which gets the number of each, until it is left; at most `count`."""

    def __init__(
        self, pool: Any, made: Callable[[int], Sending], *, per_second: float = 100, count: int | None = None
    ) -> None:
        self._pool = pool
        self._made = made
        self._interval = 1 / per_second
        self._count = count
        self._stop = threading.Event()
        self._clients = ThreadPoolExecutor(_CLIENTS_MAX, thread_name_prefix="client")
        self._clock = threading.Thread(target=self._run, name="arrivals")
        self.attempted: list[Sending] = []
        self.outcomes: list[Outcome] = []

    def __enter__(self) -> OpenLoad:
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends once everything that was sent has come to an end."""
        self._stop.set()
        self._clock.join()
        self._clients.shutdown(wait=True)

    def wait(self) -> None:
        """Until all `count` were sent."""
        self._clock.join()

    def of(self, *kinds: str) -> list[Outcome]:
        return [each for each in self.outcomes if each.sending.kind in kinds]

    def failed(self, *kinds: str) -> list[Outcome]:
        """Those of these kinds, or of all, that were not answered with 2xx."""
        return [each for each in (self.of(*kinds) if kinds else self.outcomes) if not each.ok]

    def late(self) -> float:
        """Seconds that the most belated request started after it was due: what this machine itself was too slow for."""
        return max((each.started - each.due for each in self.outcomes), default=0.0)

    def _run(self) -> None:
        due = time.time()
        number = 0
        while not self._stop.wait(max(0.0, due - time.time())):
            if self._count is not None and number >= self._count:
                return
            sending = self._made(number)
            self.attempted.append(sending)
            self._clients.submit(self._send, sending, due)
            number += 1
            due += self._interval

    def _send(self, sending: Sending, due: float) -> None:
        started = time.time()
        headers = {"Content-Type": "application/json"} if sending.body is not None else {}
        try:
            answer = self._pool.request(sending.method, sending.path, body=sending.body, headers=headers, retries=False)
            status, body = answer.status, answer.data
            retry_after = answer.headers.get("Retry-After", "")
        except urllib3.exceptions.HTTPError as error:
            status, body, retry_after = 0, repr(error).encode(), ""
        self.outcomes.append(Outcome(sending, due, started, time.time(), status, body, retry_after))


def in_turn(*kinds: Callable[[int], Sending]) -> Callable[[int], Sending]:
    """The kinds one after the other, again and again."""
    return lambda number: kinds[number % len(kinds)](number)


def percentile(outcomes: Sequence[Outcome], share: float) -> float:
    """Of the seconds that they took; 0 where there are none."""
    found = sorted(each.seconds for each in outcomes)
    return found[min(len(found) - 1, int(len(found) * share))] if found else 0.0


def first(outcomes: Sequence[Outcome], count: int = 3) -> str:
    """Some of them, in words."""
    return "; ".join(map(str, sorted(outcomes, key=lambda each: each.due)[:count]))


def document(**fields: object) -> bytes:
    return json.dumps(fields).encode()
