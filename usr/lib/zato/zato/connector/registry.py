"""All protocols: the only place that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from zato.config.configuration import Configuration
from zato.config.kinds import HttpChannel
from zato.connector.connector import Connector, OutgoingPart
from zato.connector.http.connector import HTTP
from zato.connector.http_channel import HttpChannelPart
from zato.connector.rest.connector import REST
from zato.connector.sql.connector import SQL

if TYPE_CHECKING:
    from zato.connector.rest.outgoing import RestConnection
    from zato.connector.sql.outgoing import SqlConnection

CONNECTORS: dict[str, Connector] = {"rest": REST, "http": HTTP, "sql": SQL}


class Outgoing:
    """Connections to other systems, by protocol and name: self.out, self.outgoing."""

    rest: Mapping[str, RestConnection]
    sql: Mapping[str, SqlConnection]

    def __init__(self, connections: Mapping[str, Mapping[str, Any]]) -> None:
        """`connections` by their names, by the name of their protocol."""
        for protocol, by_name in connections.items():
            setattr(self, protocol, by_name)


def outgoing_parts() -> Iterator[tuple[Connector, OutgoingPart]]:
    """The protocols by which other systems are reached."""
    for connector in CONNECTORS.values():
        if connector.outgoing is not None:
            yield connector, connector.outgoing


def http_channel_parts() -> Iterator[HttpChannelPart]:
    """What the protocols over HTTP register of their channels."""
    for connector in CONNECTORS.values():
        if connector.http_channel is not None:
            yield connector.http_channel


def http_channels(configuration: Configuration) -> Iterator[tuple[HttpChannelPart, str, HttpChannel]]:
    """All channels over HTTP, inactive ones included: what their protocol registers of them, their names and values."""
    for part in http_channel_parts():
        for item in configuration.all(part.kind.name):
            yield part, item.name, cast("HttpChannel", item.value)
