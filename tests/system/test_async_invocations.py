"""self.invoke_async through a running cluster."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from support.async_services import AsyncServices
from support.cluster import RunningCluster
from support.waiting import until
from zato.core.errors import ZatoError
from zato.listener.consumer_loop import PREFETCH

_MESSAGES = 300
_KILLS = 4


@pytest.fixture
def services(cluster: RunningCluster, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncServices:
    return AsyncServices(cluster, f"async_{abs(hash(request.node.name)) % 10**8}", tmp_path)


def test_a_service_is_invoked_in_the_name_and_under_the_correlation_id_of_who_sent_the_message(
    services: AsyncServices,
) -> None:
    cid = services.send({"n": 7, "text": "Zażółć"})
    until(lambda: bool(services.received()))
    [received] = services.received()
    assert (received.n, received.cid, received.principal) == (7, cid, "admin")
    assert (received.redelivered, received.attempt) == (False, 1)
    assert len(received.id) == 32


def test_a_service_that_fails_is_invoked_again_with_the_same_message(services: AsyncServices) -> None:
    services.send({"n": 1, "failures": 1})
    until(lambda: len(services.received()) == 2)
    first, second = services.received()
    assert (first.id, first.cid) == (second.id, second.cid)
    assert [(each.redelivered, each.attempt) for each in (first, second)] == [(False, 1), (True, 2)]


def test_an_unknown_service_is_refused_when_the_message_is_sent(services: AsyncServices) -> None:
    with pytest.raises(ZatoError, match=r"no service 'no\.such'") as refused:
        services.send({}, service="no.such")
    assert refused.value.status == 500, "it is the fault of the service that sends"


def test_nothing_is_lost_while_the_listener_is_killed(cluster: RunningCluster, services: AsyncServices) -> None:
    for n in range(_MESSAGES):
        services.send({"n": n, "seconds": 0.05})
        if n % (_MESSAGES // _KILLS) == _MESSAGES // _KILLS // 2:
            before = cluster.pids()["listener-1"]
            os.kill(before, signal.SIGKILL)
            until(lambda before=before: cluster.pids().get("listener-1", before) != before)
    until(lambda: len({each.n for each in services.received()}) == _MESSAGES)
    time.sleep(0.5)
    received = services.received()
    twice = len(received) - _MESSAGES
    print(f"{_MESSAGES} sent, {len(received)} processed, {twice} of them a second time, {_KILLS} kills")
    assert twice <= _KILLS * PREFETCH
    seen: set[str] = set()
    for each in received:  # whoever comes second knows
        assert each.redelivered or each.id not in seen
        seen.add(each.id)
    assert len(seen) == _MESSAGES


def test_a_message_that_cannot_go_well_is_a_dead_letter_until_somebody_deals_with_it(
    cluster: RunningCluster, services: AsyncServices
) -> None:
    services.send({"n": 1, "refuse": True})
    until(lambda: cluster.api().status()["messages"]["dead"] == 1)
    status = cluster.zato("status", check=False).stdout
    assert "Broker: embedded, 0 messages waiting, 1 dead letters" in status
    assert "Problem: 1 message is a dead letter" in status
    listed = cluster.zato("message", "list", "--origin", "message").stdout
    assert "bad-request: This cannot go well." in listed
    assert "message async_" in listed
    assert "cannot go well" not in cluster.zato("message", "list", "--origin", "job").stdout
    (letter,) = cluster.api().dead_letters()["messages"]
    assert "bad-request: This cannot go well." in cluster.zato("message", "show", letter["id"]).stdout
    assert cluster.zato("message", "retry", "--all").stdout == "Delivered again: 1 message.\n"
    until(lambda: len(services.received()) == 2)
    until(lambda: cluster.api().status()["messages"]["dead"] == 1)
    assert cluster.zato("message", "delete", services.received()[0].id).stdout == "Deleted: 1 message.\n"
    assert cluster.api().status()["problems"] == []
    assert [each.redelivered for each in services.received()] == [False, True]


def test_a_message_that_kills_its_worker_kills_two_and_is_a_dead_letter_beside_others_that_are_processed(
    cluster: RunningCluster, services: AsyncServices
) -> None:
    listener = cluster.pids()["listener-1"]
    # What is sent would meet the end of a worker too
    os.kill(listener, signal.SIGSTOP)
    services.send({"n": 0, "kill": True})
    for n in range(1, 5):
        services.send({"n": n, "seconds": 0.2})
    os.kill(listener, signal.SIGCONT)
    until(lambda: cluster.api().status()["messages"] == {"waiting": 0, "dead": 1})
    assert "Twice, one after the other: the process that ran it ended" in cluster.zato("message", "list").stdout
    received = services.received()
    assert [(each.attempt, each.redelivered) for each in received if each.n == 0] == [(1, False), (2, True)]
    assert {each.n for each in received} == set(range(5))
    killing = next(each.id for each in received if each.n == 0)
    cluster.zato("message", "delete", killing)


def test_what_was_accepted_is_processed_after_everything_was_killed(
    cluster: RunningCluster, services: AsyncServices
) -> None:
    os.kill(cluster.pids()["listener-1"], signal.SIGSTOP)
    for n in range(5):
        services.send({"n": n})
    cluster.kill(everything=True)
    cluster.start()
    until(lambda: {each.n for each in services.received()} == set(range(5)))
