"""How calls to other systems end: at which stage, and for whoever counts them."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from zato.core.errors import OutgoingFailed

Observe = Callable[[str, str, str, float], None]
"""Told the type of a connection, its name, how a call has ended and how many seconds it took."""


def unobserved(_type: str, _name: str, _outcome: str, _seconds: float) -> None:
    """For connections whose calls nobody counts."""


class Stage(StrEnum):
    """Where a call failed, in the order that a call goes through them."""

    REQUEST = "request"  # it could not be put together; nothing was sent
    POOL = "pool"  # all connections were busy
    NAME = "name"  # resolving the host name
    CONNECT = "connect"
    TLS = "tls"
    AUTHENTICATION = "authentication"
    QUERY = "query"  # a database was asked, or asked to go on
    READ = "read"  # waiting for the first byte of the response
    RESPONSE = "response"  # receiving or understanding it
    DONE = "done"


class Observed:
    """One call, told of once: when it has ended, or is given up."""

    __slots__ = ("_name", "_observe", "_started", "_type", "outcome")

    def __init__(self, observe: Observe, type_: str, name: str) -> None:
        self._observe: Observe | None = observe
        self._type = type_
        self._name = name
        self._started = time.perf_counter()
        self.outcome = "interrupted"

    def end(self) -> None:
        """Tell of it, the first time."""
        observe, self._observe = self._observe, None
        if observe is not None:
            observe(self._type, self._name, self.outcome, time.perf_counter() - self._started)


def outcome_of(failure: OutgoingFailed) -> str:
    """A word for it, of few: the stage at which it failed, or that time was over."""
    return "timeout" if failure.code == "outgoing-timeout" else str(failure.stage)
