"""When a cluster is said to be ready."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.layouts import certified
from zato.core.errors import Unavailable
from zato.host.cluster_toml import write_cluster
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.quickstart import greeting
from zato.quickstart.greeting import Greeting


class Client:
    """What the balancer answers, again and again, until nothing is left to be answered badly."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def ping(self) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise Unavailable("No server is available at the moment.")


class Haproxy:
    """Says of its only server that it is taken for well, then that it is not, and at last that it is."""

    def __init__(self, checks: list[str]) -> None:
        self.checks = checks

    def __call__(self, socket: Path) -> Haproxy:
        return self

    def ask(self, command: str) -> str:
        assert command == "show stat"
        return f"zato,server-1,{self.checks.pop(0)}\n"


@pytest.fixture
def layout() -> Iterator[Layout]:
    cluster = ClusterSettings()
    with certified(cluster) as made:
        write_cluster(made, cluster)
        yield made


def test_it_is_ready_when_haproxy_has_found_a_server_well(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    haproxy, client = Haproxy(["UP,INI", "UP,L4TOUT", "DOWN,L4TOUT", "UP,L7OK"]), Client(failures=2)
    monkeypatch.setattr(greeting, "RuntimeApi", haproxy)
    made = Greeting(layout, None)
    made._client = client  # type: ignore[assignment]
    made.run(time.monotonic())
    assert haproxy.checks == [] and client.failures < 0
    assert capsys.readouterr().out.startswith("==> Ready: https://")
