"""REST as a connector, with its channels and its outgoing connections."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from zato.config.item import Item
from zato.config.kinds.outgoing_rest import OUTGOING_REST, OutgoingRest
from zato.connector.connection import Connection
from zato.connector.connector import Connector, Opened, OutgoingPart
from zato.connector.fakes import Fakes
from zato.connector.outcome import Observe
from zato.connector.rest.channel import REST_CHANNEL

if TYPE_CHECKING:
    from zato.connector.rest.fake import FakeRest


def _build(item: Item, opened: Opened, _files: Path, observe: Observe) -> Connection:
    from zato.connector.rest.outgoing import RestConnection

    return RestConnection(
        item.name,
        cast("OutgoingRest", item.value),
        password=opened("password"),
        secret=opened("secret"),
        client_key=opened("client_key"),
        observe=observe,
    )


def _fakes(_given: Mapping[str, Any]) -> Fakes[FakeRest]:
    from zato.connector.rest.fake import FakeRest

    return Fakes(FakeRest)


REST = Connector(
    name="rest", title="REST", http_channel=REST_CHANNEL, outgoing=OutgoingPart(OUTGOING_REST, _build, _fakes)
)
