"""What HAProxy is to be follows from the configuration, and from where names lead to."""

from __future__ import annotations

import json
from datetime import timedelta

from support.set_clock import SetClock
from zato.agent.haproxy.desired_state import load
from zato.agent.haproxy.following import FollowedState
from zato.agent.haproxy.server_addresses import Addresses
from zato.config.configuration import Configuration
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.changes import StoredItem

CLUSTER = ClusterSettings()


def configuration(revision: int, **hosts: str) -> Configuration:
    items = [
        StoredItem("server", name.replace("_", "-"), revision, json.dumps({"host": host}))
        for name, host in hosts.items()
    ]
    return Configuration.from_items(revision, items)


def addresses_of(followed: FollowedState) -> dict[int, str]:
    return {server.number: server.address for server in followed.desired.servers}


def test_a_name_that_leads_elsewhere_is_another_state_with_the_same_configuration(layout: Layout) -> None:
    clock, leads_to = SetClock(), ["10.0.0.2"]
    addresses = Addresses(CLUSTER, clock, lambda _: leads_to[0])
    followed = FollowedState(layout, CLUSTER, addresses)
    followed.follow(configuration(1, server_1="localhost", server_2="second.example.com"))
    addresses.look_up_next()
    assert followed.look_up() is True
    assert addresses_of(followed) == {1: "127.0.0.1", 2: "10.0.0.2"}
    assert followed.look_up() is False
    leads_to[0] = "10.0.0.3"
    clock.advance(timedelta(minutes=1))
    addresses.look_up_next()
    assert followed.look_up() is True
    assert addresses_of(followed) == {1: "127.0.0.1", 2: "10.0.0.3"}
    assert load(layout) == followed.desired


def test_a_new_revision_alone_is_no_other_state_and_is_not_written(layout: Layout) -> None:
    followed = FollowedState(layout, CLUSTER, Addresses(CLUSTER, SetClock()))
    followed.follow(configuration(1, server_1="localhost"))
    followed.follow(configuration(2, server_1="localhost"))
    stored = load(layout)
    assert followed.desired.revision == 2
    assert stored is None or stored.revision < 2


def test_without_servers_there_are_those_of_this_machine(layout: Layout) -> None:
    followed = FollowedState(layout, CLUSTER, Addresses(CLUSTER, SetClock()))
    assert followed.look_up() is False  # nothing is followed yet
    followed.follow(configuration(1))
    assert addresses_of(followed) == {1: "127.0.0.1"}
