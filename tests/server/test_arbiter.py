"""When a server that is told to stop does so."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from gunicorn.app.base import BaseApplication

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.host.draining import Draining
from zato.host.layout import Layout
from zato.odb.log import StoredItem
from zato.server.arbiter import DrainingArbiter, DrainTime, servers_of_cluster


class NoApplication(BaseApplication):  # type: ignore[misc]
    def load_config(self) -> None:
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Any:
        raise AssertionError("no worker is started here")


@pytest.fixture
def draining(tmp_path: Path) -> Draining:
    return Draining(tmp_path / "draining")


def arbiter(draining: Draining, seconds: Callable[[], float]) -> DrainingArbiter:
    return DrainingArbiter(NoApplication(), draining, seconds, lambda: 1, lambda: 30.0)


def test_it_drains_for_a_while_and_then_ends(draining: Draining) -> None:
    master = arbiter(draining, lambda: 0.3)
    began = time.monotonic()
    master.handle_term()
    assert draining.begun()
    with pytest.raises(StopIteration):
        while time.monotonic() - began < 60:
            master.wait_for_signals()
    assert time.monotonic() - began >= 0.3


def test_a_second_signal_ends_it_at_once(draining: Draining) -> None:
    master = arbiter(draining, lambda: 60.0)
    master.handle_term()
    with pytest.raises(StopIteration):
        master.handle_term()


def test_without_a_time_to_wait_it_ends_at_once(draining: Draining) -> None:
    with pytest.raises(StopIteration):
        arbiter(draining, lambda: 0.0).handle_term()
    assert not draining.begun()


def test_the_only_server_does_not_wait(tmp_path: Path) -> None:
    assert DrainTime(seconds=lambda: 2.0, servers=lambda: 1, balancer=tmp_path / "away")() == 0.0
    assert DrainTime(seconds=lambda: 2.0, servers=lambda: 2, balancer=tmp_path / "away")() == 2.0


def test_servers_on_other_machines_count_as_far_as_the_server_knows_of_them(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert servers_of_cluster(layout, 1, 1) == 1  # nothing is known yet
    items = [StoredItem("server", f"server-{number}", number, '{"host": "localhost"}') for number in (1, 2, 3)]
    layout.server(1).root.mkdir()
    DiskSnapshot(layout.server(1).snapshot).save(Configuration.from_items(3, items))
    assert servers_of_cluster(layout, 1, 1) == 3
    assert servers_of_cluster(layout, 1, 4) == 4


def test_nobody_waits_for_a_balancer_that_has_ended() -> None:
    with TemporaryDirectory(prefix="zato-") as directory:
        path = Path(directory) / "haproxy.sock"
        seconds = DrainTime(seconds=lambda: 2.0, servers=lambda: 2, balancer=path)
        with socket.socket(socket.AF_UNIX) as balancer:
            balancer.bind(str(path))
            balancer.listen()
            assert seconds() == 2.0
        assert seconds() == 0.0


def test_nobody_waits_where_the_supervisor_was_killed(tmp_path: Path) -> None:
    """All processes of the cluster end then, each when the kernel tells it."""
    seconds = DrainTime(seconds=lambda: 2.0, servers=lambda: 2, balancer=tmp_path / "away")
    child = os.fork()
    if child == 0:  # its parent is another one than the one that the time was made under
        os._exit(0 if seconds() == 0.0 else 1)
    assert os.waitpid(child, 0)[1] == 0
