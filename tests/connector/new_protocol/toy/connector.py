"""Toys as they are registered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zato.config.kinds.outgoing_toy import OUTGOING_TOY
from zato.connector.toy.channel import TOY_CHANNEL
from zato.connector.toy.fake import FakeToy
from zato.connector.toy.outgoing import ToyConnection

from zato.config.item import Item
from zato.connector.connection import Connection
from zato.connector.connector import Connector, Opened, OutgoingPart
from zato.connector.fakes import Fakes
from zato.connector.outcome import Observe


def _build(item: Item, opened: Opened, _files: Path, observe: Observe) -> Connection:
    return ToyConnection(item.name, item.value, key=opened("key"), observe=observe)


def _fakes(_given: Mapping[str, Any]) -> Fakes[FakeToy]:
    return Fakes(FakeToy)


TOY = Connector(name="toy", title="toy", http_channel=TOY_CHANNEL, outgoing=OutgoingPart(OUTGOING_TOY, _build, _fakes))
