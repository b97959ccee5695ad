"""Servers' host names, with a name server that may take its time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from support.layouts import certified
from support.set_clock import SetClock
from support.waiting import PATIENCE_SECONDS, until
from zato.agent.haproxy.desired_state import DesiredServer, DesiredState, store
from zato.agent.haproxy.reconciler import HaproxyReconciler
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.haproxy.server_addresses import Addresses
from zato.config.balancing import Mode
from zato.config.configuration import Configuration
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.log import StoredItem

CLUSTER = ClusterSettings()


class NameServer:
    """Knows the names of `zone`, and answers once it may."""

    def __init__(self, **zone: str) -> None:
        self.zone = zone
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked: list[str] = []

    def resolve(self, name: str) -> str:
        self.asked.append(name)
        assert self.may_answer.wait(PATIENCE_SECONDS)
        try:
            return self.zone[name]
        except KeyError:
            raise OSError(f"There is no {name}.") from None


@pytest.fixture
def layout() -> Iterator[Layout]:
    with certified(CLUSTER) as made:
        made.haproxy.mkdir()
        yield made


def servers(*hosts: str, **first: object) -> Configuration:
    values: list[dict[str, object]] = [{"host": host} for host in hosts]
    values[0].update(first)
    items = [StoredItem("server", f"server-{n}", n, json.dumps(value)) for n, value in enumerate(values, start=1)]
    return Configuration.from_items(len(items), items)


def test_a_turn_of_the_agent_waits_for_no_name_server(layout: Layout) -> None:
    names, stop = NameServer(one="10.0.0.1", two="10.0.0.2"), threading.Event()
    names.may_answer.clear()
    store(layout, DesiredState(revision=1, servers=(DesiredServer(number=1, host="one", address="10.0.0.1"),)))
    addresses = Addresses(CLUSTER, SystemClock(), names.resolve)
    addresses.start(stop)
    agent = HaproxyReconciler(layout, CLUSTER, RunningHaproxy.of(layout), addresses, SystemClock(), stop)
    try:
        agent.follow(servers("one", "two", drain=True))
        until(lambda: names.asked)
        agent.turn()
        assert not names.may_answer.is_set()
        found = {server.host: (server.address, server.mode) for server in agent.desired.servers}
        assert found == {"one": ("10.0.0.1", Mode.DRAIN), "two": ("", Mode.READY)}
        names.may_answer.set()

        def has_both() -> bool:
            agent.turn()
            return [server.address for server in agent.desired.servers] == ["10.0.0.1", "10.0.0.2"]

        until(has_both)
    finally:
        names.may_answer.set()
        stop.set()


def test_a_server_with_another_host_name_stays_where_it_was_until_that_was_looked_up(layout: Layout) -> None:
    """It would be without requests for as long as that takes."""
    clock, names = SetClock(), NameServer(one="10.0.0.1", two="10.0.0.2")
    addresses = Addresses(CLUSTER, clock, names.resolve)
    agent = HaproxyReconciler(layout, CLUSTER, RunningHaproxy.of(layout), addresses, clock, threading.Event())
    seen = []
    for host in ("one", "two", "three"):
        for _ in range(2):
            agent.follow(servers(host))
            seen += [server.address for server in agent.desired.servers]
            addresses.look_up_next()
    agent.follow(servers("three"))
    seen += [server.address for server in agent.desired.servers]
    assert seen == ["127.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2", "", ""]


def test_names_are_looked_up_again_after_half_a_minute_and_new_ones_first() -> None:
    clock, names = SetClock(), NameServer(one="10.0.0.1", two="10.0.0.2")
    addresses = Addresses(CLUSTER, clock, names.resolve)
    addresses.of({"one", "localhost", "192.168.0.1"}, {})
    assert (addresses.look_up_next(), addresses.look_up_next()) == (True, False)
    names.zone["one"] = "10.0.0.11"
    clock.advance(timedelta(seconds=31))
    addresses.of({"one", "two"}, {})
    assert (addresses.look_up_next(), addresses.look_up_next(), addresses.look_up_next()) == (True, True, False)
    assert names.asked == ["one", "two", "one"]
    assert addresses.of({"one", "two"}, {}) == {"one": "10.0.0.11", "two": "10.0.0.2"}


def test_a_name_that_is_not_found_any_more_leads_to_where_it_led_and_that_is_said_once() -> None:
    clock, names = SetClock(), NameServer(one="10.0.0.1")
    addresses = Addresses(CLUSTER, clock, names.resolve)
    with capture_logs() as lines:
        for _ in range(3):
            addresses.of({"one", "two"}, {"two": "10.0.0.2"})
            while addresses.look_up_next():
                pass
            names.zone.clear()
            clock.advance(timedelta(seconds=31))
    assert addresses.of({"one", "two"}, {"two": "10.0.0.2"}) == {"one": "10.0.0.1", "two": "10.0.0.2"}
    said = [
        (line["host"], line["reason"]) for line in lines if line["event"] == "The host of a server cannot be looked up"
    ]
    assert sorted(said) == [("one", "There is no one."), ("two", "There is no two.")]


class Turning(SystemClock):
    """Says whether anybody has looked for what is due again and again."""

    def __init__(self) -> None:
        self.looks = 0
        self.asked = threading.Event()

    def monotonic(self) -> float:
        self.looks += 1
        if self.looks > 2:
            self.asked.set()
        return super().monotonic()


def test_the_thread_that_looks_up_sleeps_until_there_is_a_name_and_takes_a_new_one_at_once() -> None:
    clock, names, stop = Turning(), NameServer(one="10.0.0.1", two="10.0.0.2"), threading.Event()
    addresses = Addresses(CLUSTER, clock, names.resolve)
    addresses.start(stop)
    addresses.of({"localhost", "192.168.0.1"}, {})
    assert not clock.asked.wait(0.1)
    addresses.of({"one"}, {})
    until(lambda: names.asked == ["one"])
    addresses.of({"one", "two"}, {})
    until(lambda: names.asked == ["one", "two"])
    stop.set()
    addresses.of({"one"}, {})
