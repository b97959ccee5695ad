"""A box that things are put into."""

from __future__ import annotations

from zato.config.kinds.outgoing_toy import OutgoingToy
from zato.connector.toy.ping import ping

from zato.connector.connection import PingResult
from zato.connector.outcome import Observe, Observed, unobserved


class ToyConnection:
    """One box."""

    def __init__(self, name: str, value: OutgoingToy, *, key: str | None, observe: Observe = unobserved) -> None:
        self.name = name
        self.things: list[str] = []
        self._value = value
        self._key = key
        self._observe = observe

    def put(self, thing: str) -> None:
        call = Observed(self._observe, "toy", self.name)
        self.things.append(thing)
        call.outcome = "ok"
        call.end()

    def ping(self, cid: str) -> PingResult:
        return ping(self._value.box, self._key)

    def retire(self) -> None:
        self.things.clear()
