"""What a protocol registers: all that servers, tests of services and consoles need to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zato.config.item import Item
from zato.config.kinds import Kind
from zato.connector.connection import Connection
from zato.connector.fakes import Fakes
from zato.connector.http_channel import HttpChannelPart
from zato.connector.outcome import Observe

Opened = Callable[[str], str | None]
"""Opens a secret field of an item; None where the item does not have it."""


@dataclass(frozen=True, slots=True)
class OutgoingPart:
    """How connections to other systems are made from items of a kind.

    `build` does no I/O and imports the protocol's library no sooner than it is called. It is given the item, what opens
    its secrets, the directory where connections may have files, and who is told of calls; it raises ZatoError.
    `fakes` are what tests of services have in place of connections: by the names of some, what a test has said of them.
    """

    kind: Kind[Any]
    build: Callable[[Item, Opened, Path, Observe], Connection]
    fakes: Callable[[Mapping[str, Any]], Fakes[Any]]


@dataclass(frozen=True, slots=True)
class Connector:
    """One protocol; None stands for a part that it does not have.

    Services have its connections as self.out.NAME, and metrics are labelled with `name`; `title` is for sentences.
    """

    name: str
    title: str
    http_channel: HttpChannelPart | None = None
    outgoing: OutgoingPart | None = None
