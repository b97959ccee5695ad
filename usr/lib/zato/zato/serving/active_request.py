"""A request on its way through a worker: who may answer it, and until when."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from zato.serving.memory import Memory


class Releasable(Protocol):
    """What limits.counters.Ticket offers."""

    def release(self) -> None: ...


class ActiveRequest:
    """One request being handled. Either its own thread or the time limit answers it: whoever claims it first."""

    __slots__ = (
        "_bytes",
        "_claimed",
        "_claiming",
        "_memory",
        "_spare",
        "abandoned",
        "cid",
        "client",
        "deadline",
        "limit_seconds",
        "service",
        "started",
        "ticket",
        "waits",
    )

    def __init__(
        self, client: socket.SocketType, memory: Memory, spare: Callable[[int], None] = lambda change: None
    ) -> None:
        """`spare` is told how many threads more, or fewer, are not to be counted on; `memory` is shared with others."""
        self.client = client
        self.waits = False
        self.ticket: Releasable | None = None
        """What the request has for as long as it is under way."""
        self._memory = memory
        self._bytes = 0
        self._spare = spare
        self.started = time.monotonic()
        self.deadline = math.inf
        self.limit_seconds = math.inf
        self.cid = ""
        self.service = ""
        self.abandoned = False
        self._claimed = False
        self._claiming = threading.Lock()

    def claim(self, *, abandon: bool = False) -> bool:
        """True for the first caller only: that one writes the answer.

        With `abandon` the request's thread is given up in the same step, so that it cannot go on to another request
        before it is interrupted.
        """
        with self._claiming:
            if self._claimed:
                return False
            self._claimed = True
            self.abandoned = abandon
            return True

    def needs(self, number: int) -> None:
        """So many bytes of memory more, until it ends. Raises TooLarge, Unavailable."""
        self._memory.take(number, self._bytes)
        self._bytes += number

    def end(self) -> None:
        """What it needed is free for others."""
        number, self._bytes = self._bytes, 0
        if number:
            self._memory.give_back(number)

    def stood_still(self, seconds: float) -> None:
        """The process did not run for so long, so its time limit is later by as much."""
        self.started += seconds
        self.deadline += seconds

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """For the time in which it waits for its turn at something of this process's: another thread takes its place.

        Not for what services wait for, which is theirs to bound.
        """
        self.waits = True
        self._spare(1)
        try:
            yield
        finally:
            self._spare(-1)
            self.waits = False


def time_limit_answer(active: ActiveRequest) -> bytes:
    """A whole HTTP response that tells the caller that its service took too long."""
    body = json.dumps(
        {
            "error": {
                "code": "time-limit-exceeded",
                "message": f"Service {active.service} exceeded its time limit of {active.limit_seconds:g} s.",
                "cid": active.cid,
                "details": [],
            }
        }
    ).encode()
    head = (
        "HTTP/1.1 504 Gateway Timeout\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Zato-CID: {active.cid}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
