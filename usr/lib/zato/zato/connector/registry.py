"""All protocols: the only place that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zato.connector.connector import Connector, OutgoingPart
from zato.connector.rest.connector import REST
from zato.connector.sql.connector import SQL

if TYPE_CHECKING:
    from zato.connector.rest.outgoing import RestConnection
    from zato.connector.sql.outgoing import SqlConnection

CONNECTORS: dict[str, Connector] = {"rest": REST, "sql": SQL}


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
