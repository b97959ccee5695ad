"""What HAProxy's agent does, and says, while there is an HAProxy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from support.layouts import certified
from support.set_clock import SetClock
from zato.agent.haproxy import files
from zato.agent.haproxy.file_set import file_sets, frame_in
from zato.agent.haproxy.names import CONFIGURATION
from zato.agent.haproxy.reconciler import HaproxyReconciler
from zato.agent.haproxy.running import RunningHaproxy, Seen, Worker
from zato.agent.haproxy.runtime_plan import FoundServer
from zato.agent.haproxy.server_addresses import Addresses
from zato.agent.haproxy.streams import Stream
from zato.config.balancing import Mode
from zato.config.configuration import Configuration
from zato.core.errors import Unavailable
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.log import StoredItem

CLUSTER = ClusterSettings()
TURN = timedelta(seconds=1)


class Haproxy(RunningHaproxy):
    """Serves with `frame`, knows no server, and does what it is told, but for reloads, which fail."""

    frame = ""
    away = False
    reloads = 0
    asked = 0
    known: Mapping[str, FoundServer] = {}

    def worker(self) -> Worker:
        self.asked += 1
        if self.away:
            raise Unavailable("HAProxy does not answer.", code="balancer-away")
        return Worker(1, self.frame, 0)

    def streams(self, *, older_seconds: float) -> list[Stream]:
        return []

    def table(self, name: str, *, at_least: int) -> str:
        return ""

    def variables(self, names: Sequence[str]) -> dict[str, int]:
        return dict.fromkeys(names, 0)

    def look(self) -> Seen:
        return Seen(self.worker(), self.known)

    def tell(self, command: str, expected: str = "") -> None:
        pass

    def failed_reloads(self) -> int:
        return self.reloads

    def reload(self) -> None:
        self.reloads += 1


@pytest.fixture
def layout() -> Iterator[Layout]:
    with certified(CLUSTER) as made:
        files.write(made, files.view_of(made, CLUSTER, files.state_to_start_with(made, CLUSTER)))
        yield made


@pytest.fixture
def haproxy(layout: Layout) -> Haproxy:
    found = file_sets(layout).in_place()
    assert found is not None
    serving = Haproxy.of(layout)
    assert isinstance(serving, Haproxy)
    serving.frame = frame_in(found)
    return serving


def reconciler(layout: Layout, haproxy: Haproxy, clock: SetClock) -> HaproxyReconciler:
    return HaproxyReconciler(layout, CLUSTER, haproxy, Addresses(CLUSTER, clock), clock, threading.Event())


def test_a_haproxy_that_was_away_is_no_failure_any_more_once_it_is_back(layout: Layout, haproxy: Haproxy) -> None:
    clock = SetClock()
    agent = reconciler(layout, haproxy, clock)
    file_sets(layout).reject({CONFIGURATION: b"    description other\n"}, "It did not serve.")
    said = []
    for haproxy.away in (False, True, False):
        clock.advance(TURN)
        agent.turn()
        assert agent.state.failure is not None
        said.append(agent.state.failure.reason)
    assert said == ["It did not serve.", "HAProxy does not answer.", "It did not serve."]


def test_files_with_which_haproxy_serves_are_not_refused_whatever_was_said_before(
    layout: Layout, haproxy: Haproxy
) -> None:
    clock = SetClock()
    agent = reconciler(layout, haproxy, clock)
    found = file_sets(layout).in_place()
    assert found is not None
    file_sets(layout).reject(found, "It did not serve.")
    agent.follow(Configuration.from_items(1, [StoredItem("server", "server-1", 1, json.dumps({"weight": 7}))]))
    clock.advance(TURN)
    agent.turn()
    assert file_sets(layout).rejected() is None
    assert agent.state.failure is None
    assert "weight 7" in (layout.haproxy / "haproxy.cfg").read_text(encoding="utf-8")


def test_a_reload_that_fails_is_said_once_and_keeps_the_agent_from_nothing_else(
    layout: Layout, haproxy: Haproxy
) -> None:
    clock = SetClock()
    agent = reconciler(layout, haproxy, clock)
    haproxy.frame = "another"
    with capture_logs() as lines:
        for _ in range(2):
            clock.advance(2 * TURN)
            agent.turn()
    assert haproxy.reloads == 2
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["HAProxy was not reloaded"]
    assert agent.state.failure is not None
    assert agent.state.failure.reason.startswith("HAProxy did not take up its configuration")


def test_it_asks_haproxy_less_often_once_all_has_been_as_it_should_be_for_a_while(
    layout: Layout, haproxy: Haproxy
) -> None:
    clock = SetClock()
    haproxy.known = {"server-1": FoundServer("127.0.0.1", CLUSTER.lighttpd_port_of(1), Mode.READY, 100)}
    agent = reconciler(layout, haproxy, clock)

    def asked_in(seconds: int) -> int:
        before = haproxy.asked
        for _ in range(10 * seconds):
            clock.advance(timedelta(seconds=0.1))
            agent.turn()
        return haproxy.asked - before

    settling = asked_in(5)
    asked_in(2)
    quiet = asked_in(5)
    assert quiet < settling / 2
    assert quiet <= 5 + 1, "once for each turn"
    agent.follow(Configuration.from_items(1, [StoredItem("server", "server-1", 1, json.dumps({"weight": 7}))]))
    assert asked_in(4) > quiet


def test_what_an_operator_asks_for_does_not_wait_for_the_next_turn(layout: Layout, haproxy: Haproxy) -> None:
    clock = SetClock()
    agent = reconciler(layout, haproxy, clock)
    agent.turn()
    asked = agent.go_back()
    agent.turn()
    assert asked.done()
