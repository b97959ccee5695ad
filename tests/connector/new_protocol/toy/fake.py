"""Outgoing toy connections in tests: boxes that remember."""

from __future__ import annotations

from zato.config.kinds.outgoing_toy import OutgoingToy
from zato.connector.toy.outgoing import ToyConnection


class FakeToy(ToyConnection):
    """A box that is always open."""

    def __init__(self, name: str) -> None:
        super().__init__(name, OutgoingToy(box="of the test"), key="of the test")
