"""HAProxy goes by a lighttpd's socket where somebody answers there, and over TCP where only TCP is answered."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.ports import free_port
from support.set_clock import SetClock
from zato.agent.haproxy.local_sockets import Address, LocalSockets, answers, offered
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

NOBODY: frozenset[int] = frozenset()
DOWN = frozenset({1})


@pytest.fixture
def cluster() -> ClusterSettings:
    return ClusterSettings(lighttpd_port=free_port())


@pytest.fixture
def layout() -> Iterator[Layout]:
    with tempfile.TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        yield Layout(Path(short))


def prepare(layout: Layout) -> Path:
    path = layout.server(1).edge_socket
    path.parent.mkdir(parents=True)
    return path


def test_without_a_place_there_is_no_socket(layout: Layout, cluster: ClusterSettings) -> None:
    assert offered(layout, cluster) == {}
    sockets = LocalSockets(layout, cluster, SetClock(), offered(layout, cluster))
    sockets.look(DOWN)
    assert sockets.used == {}


def test_it_begins_with_what_was_prepared_and_nothing_that_is_away_changes_that(
    layout: Layout, cluster: ClusterSettings
) -> None:
    path, clock = prepare(layout), SetClock()
    sockets = LocalSockets(layout, cluster, clock, offered(layout, cluster))
    for _ in range(5):
        sockets.look(DOWN)
        clock.advance(timedelta(seconds=1))
    assert (sockets.used, sockets.is_settled) == ({1: path}, True)


def test_a_lighttpd_of_the_release_before_is_reached_over_tcp_until_it_has_a_socket(
    layout: Layout, cluster: ClusterSettings
) -> None:
    path, clock = prepare(layout), SetClock()
    answering: set[Address] = {("127.0.0.1", cluster.lighttpd_port)}
    sockets = LocalSockets(layout, cluster, clock, offered(layout, cluster), answering.__contains__)
    sockets.look(NOBODY)
    assert sockets.used == {1: path}  # HAProxy finds it well
    sockets.look(DOWN)
    assert (sockets.used, sockets.is_settled) == ({1: path}, False)  # it may just be starting
    clock.advance(timedelta(seconds=1.5))
    sockets.look(DOWN)
    assert (sockets.used, sockets.is_settled) == ({}, True)
    sockets.look(NOBODY)
    assert sockets.used == {}
    answering.add(str(path))
    sockets.look(NOBODY)
    assert (sockets.used, sockets.is_settled) == ({1: path}, True)


def test_a_socket_that_is_answered_late_stays(layout: Layout, cluster: ClusterSettings) -> None:
    path, clock = prepare(layout), SetClock()
    answering: set[Address] = {("127.0.0.1", cluster.lighttpd_port)}
    sockets = LocalSockets(layout, cluster, clock, offered(layout, cluster), answering.__contains__)
    sockets.look(DOWN)
    answering.add(str(path))
    clock.advance(timedelta(seconds=2))
    sockets.look(DOWN)
    assert (sockets.used, sockets.is_settled) == ({1: path}, True)


def test_a_socket_at_which_nobody_accepts_is_not_answered(layout: Layout) -> None:
    path = str(prepare(layout))
    assert not answers(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        assert not answers(path)
