"""A cluster listens for other machines when one has joined, and not before."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.load import Load, told
from support.scenarios.edge_reloading import PATH, edge_agent_of, expose
from support.waiting import until
from zato.host.addresses import own_addresses

EVERYWHERE = "0.0.0.0"
HERE = ["127.0.0.1"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "1", "--bind", EVERYWHERE)
        try:
            running.start()
            expose(running)
            yield running
        finally:
            running.stop()


def listens(port: int) -> list[str]:
    shown = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], check=True, capture_output=True, text=True).stdout
    return sorted({line.split()[3].rpartition(":")[0] for line in shown.splitlines()})


def behind(cluster: RunningCluster) -> list[list[str]]:
    """Where lighttpd, its agent and HAProxy's listen."""
    return [listens(port) for port in (cluster.lighttpd_port, cluster.edge_agent_port, cluster.agent_port)]


def test_alone_it_listens_on_loopback_but_for_the_balancer(cluster: RunningCluster) -> None:
    assert listens(cluster.lb_port) == [EVERYWHERE]
    assert behind(cluster) == [HERE] * 3
    assert edge_agent_of(cluster).state()["listens"] == HERE
    assert "server-1: lighttpd listens on 127.0.0.1" in cluster.zato("status", check=False).stdout


def test_joining_opens_it_and_fails_no_request_and_what_is_open_stays_so(cluster: RunningCluster) -> None:
    own = [address for address in own_addresses() if "." in address]
    assert own, "this test needs an address beside loopback"
    opened = sorted([*HERE, *own])
    methods = ("GET", "PUT", "POST")
    with (
        cluster.pool() as pool,
        cluster.pool(direct=True) as direct,
        Load(pool, PATH, method=methods, body=b"{}") as balanced,
        Load(direct, PATH, method=methods, body=b"{}") as past,
    ):
        # As a machine that joins makes it
        cluster.api().create_item("server", "server-2", {"host": "10.255.255.2", "active": False})
        until(lambda: behind(cluster) == [opened] * 3, seconds=20)
        until(lambda: edge_agent_of(cluster).state()["reloads"] == 1)
    assert balanced.failed() + past.failed() == [], told(balanced.failed() + past.failed())
    cluster.api().delete_item("server", "server-2")
    cluster.stop()
    cluster.start()
    assert behind(cluster)[:2] == [[EVERYWHERE]] * 2


def test_the_setting_has_the_last_word(cluster: RunningCluster) -> None:
    cluster.stop()
    settings = cluster.layout.settings
    settings.write_text(f'{settings.read_text()}lighttpd_bind = "127.0.0.1"\n')
    cluster.start()
    assert behind(cluster) == [HERE] * 3
