"""What protocols register agrees with the kinds of items."""

from __future__ import annotations

from zato.config.kinds import KINDS, Group, HttpChannel, kinds_in
from zato.connector.registry import CONNECTORS, Outgoing, outgoing_parts


def test_each_connector_is_found_by_its_own_name() -> None:
    assert {name: connector.name for name, connector in CONNECTORS.items()} == {name: name for name in CONNECTORS}


def test_each_kind_of_outgoing_connections_has_its_protocol_and_can_be_pinged() -> None:
    kinds = {part.kind.name for _, part in outgoing_parts()}
    assert kinds == {kind.name for kind in kinds_in(Group.OUTGOING)} == {name for name in KINDS if KINDS[name].pingable}


def test_each_kind_of_channels_has_its_protocol() -> None:
    parts = [connector.http_channel for connector in CONNECTORS.values() if connector.http_channel is not None]
    assert {part.kind.name for part in parts} == {kind.name for kind in kinds_in(Group.CHANNELS)}
    assert all(issubclass(part.kind.struct, HttpChannel) for part in parts)


def test_services_are_told_the_type_of_each_protocols_connections() -> None:
    assert set(Outgoing.__annotations__) == {connector.name for connector, _ in outgoing_parts()}
