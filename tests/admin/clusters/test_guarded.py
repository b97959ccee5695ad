"""Requests to a cluster that does not answer take no more than their share, and nobody waits twice."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from support.waiting import until
from zato.admin.guarded import SHARE, GuardedTransport
from zato.core.errors import Unavailable
from zato.host.unix_http import Reply

OK = Reply(200, "text/plain", b"")


class Cluster:
    """Answers when it is let go; fails while it is `away`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.away = False
        self.asked: list[float] = []

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        self.asked.append(timeout_seconds)
        if target == "/wait":
            self.go.wait()
        if self.away:
            raise Unavailable("Nothing answers.", code="unreachable")
        return OK


def get(transport: GuardedTransport, target: str = "/", seconds: float = 30) -> Reply:
    return transport.request("GET", target, None, {}, timeout_seconds=seconds)


def test_more_than_its_share_is_refused_at_once() -> None:
    cluster = Cluster()
    transport = GuardedTransport("other", cluster)
    threads = [threading.Thread(target=get, args=(transport, "/wait")) for _ in range(SHARE)]
    for thread in threads:
        thread.start()
    until(lambda: len(cluster.asked) == SHARE)
    with pytest.raises(Unavailable, match="Too many wait for the cluster other"):
        get(transport)
    cluster.go.set()
    for thread in threads:
        thread.join()
    assert get(transport) is OK


def test_while_it_is_away_one_at_a_time_finds_out_and_the_others_are_told() -> None:
    cluster = Cluster()
    transport = GuardedTransport("other", cluster)
    cluster.away = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            get(transport)

    def find_out() -> None:
        with suppress(Unavailable):
            get(transport, "/wait")

    probe = threading.Thread(target=find_out)
    probe.start()
    until(lambda: len(cluster.asked) == 3)
    with pytest.raises(Unavailable, match="Nothing answers"):
        get(transport)
    assert len(cluster.asked) == 3
    cluster.go.set()
    probe.join()
    cluster.away = False
    assert get(transport) is OK
    assert get(transport) is OK


def test_looking_waits_for_ten_seconds_and_what_takes_long_as_long_as_it_takes() -> None:
    cluster = Cluster()
    transport = GuardedTransport("other", cluster)
    get(transport)
    get(transport, seconds=300)
    transport.request("POST", "/", None, {}, timeout_seconds=30)
    assert cluster.asked == [10, 300, 30]
