"""What HAProxy's configuration needs of the cluster's."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from support.served import configured
from zato.agent.haproxy.desired_state import (
    DesiredServer,
    DesiredState,
    balanced,
    desired_state_of,
    load,
    local_state,
    staying,
    store,
)
from zato.agent.haproxy.names import desired_state_file
from zato.config.balancing import Mode
from zato.config.kinds import Balancer, Server
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings

BODY_BYTES = ServerSettings().max_body_bytes


def test_servers_are_in_the_order_of_their_numbers_where_their_host_names_lead() -> None:
    items = {"server-10": Server(host="ten", weight=5), "server-2": Server(host="two"), "server-1": Server()}
    found = desired_state_of(configured({"server": items}), {"ten": "192.0.2.10", "localhost": "127.0.0.1"})
    assert [(each.number, each.host, each.address, each.weight) for each in found.servers] == [
        (1, "localhost", "127.0.0.1", 100),
        (2, "two", "", 100),
        (10, "ten", "192.0.2.10", 5),
    ]
    assert {each.mode for each in found.servers} == {Mode.READY}
    assert (found.revision, found.balancer) == (1, Balancer())


def test_the_balancer_takes_what_the_most_generous_server_takes() -> None:
    def body_bytes_max(*limits: int | None) -> int:
        items = {f"server-{number}": Server(max_body_bytes=limit) for number, limit in enumerate(limits, 1)}
        return desired_state_of(configured({"server": items}), {}).body_bytes_max

    assert body_bytes_max() == body_bytes_max(None) == body_bytes_max(5000, None) == BODY_BYTES
    assert body_bytes_max(5000, 7000) == 7000
    assert body_bytes_max(5000, BODY_BYTES + 1) == BODY_BYTES + 1


def test_the_balancers_item_is_taken_over() -> None:
    balancer = Balancer(requests_max=7)
    assert desired_state_of(configured({"balancer": {"balancer": balancer}}), {}).balancer == balancer


def test_a_change_of_something_else_is_none() -> None:
    before = desired_state_of(configured({"server": {"server-1": Server()}}), {})
    other = msgspec.structs.replace(before, revision=7)
    assert other != before
    assert other.without_revision() == before.without_revision()
    assert msgspec.structs.replace(other, body_bytes_max=1).without_revision() != before.without_revision()


def test_who_was_not_looked_up_yet_is_where_it_was_before() -> None:
    before = DesiredState(servers=(DesiredServer(number=1, host="a", address="192.0.2.1"),))
    desired = DesiredState(
        revision=3,
        servers=(
            DesiredServer(number=1, host="b", address=""),
            DesiredServer(number=2, host="c", address="192.0.2.3"),
            DesiredServer(number=3, host="d", address="192.0.2.4"),
        ),
    )
    stayed = staying(desired, before, looked_up={"d"})
    assert [server.address for server in stayed.servers] == ["192.0.2.1", "", "192.0.2.4"]
    assert stayed.revision == 3
    looked_up = staying(desired, before, looked_up={"b", "c", "d"})
    assert looked_up == desired


def test_haproxy_has_the_servers_that_there_is_an_address_for() -> None:
    servers = (
        DesiredServer(number=1, address="192.0.2.1"),
        DesiredServer(number=2, address=""),
        DesiredServer(number=3, address="192.0.2.3", mode=Mode.DRAIN, weight=7),
    )
    cluster = ClusterSettings(lighttpd_port=20000)
    found = balanced(DesiredState(servers=servers), cluster, {})
    assert [(each.name, each.address, each.port, each.certificate_host) for each in found] == [
        ("server-1", "192.0.2.1", cluster.lighttpd_port_of(1), "lighttpd-1"),
        ("server-3", "192.0.2.3", cluster.lighttpd_port_of(3), "lighttpd-3"),
    ]
    assert [(each.mode, each.weight) for each in found] == [(Mode.READY, 100), (Mode.DRAIN, 7)]


def test_before_the_odb_is_known_there_are_the_servers_of_this_machine() -> None:
    found = local_state([1, 2], "127.0.0.1")
    assert [(each.number, each.address) for each in found.servers] == [(1, "127.0.0.1"), (2, "127.0.0.1")]
    assert found.revision == 0


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b'{"revision": "x"}', b'{"servers": [{"mode": "later"}]}'])
def test_what_is_stored_is_found_again_and_what_is_not_understood_is_nothing(tmp_path: Path, written: bytes) -> None:
    layout = Layout(tmp_path)
    assert load(layout) is None
    file = desired_state_file(layout)
    file.parent.mkdir(parents=True, exist_ok=True)
    desired = DesiredState(revision=7, servers=(DesiredServer(number=1, address="192.0.2.1", mode=Mode.DRAIN),))
    store(layout, desired)
    assert load(layout) == desired
    file.write_bytes(written)
    assert load(layout) is None
