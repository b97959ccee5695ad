"""When a server that is told to stop does so."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.app.base import BaseApplication
from gunicorn.errors import HaltServer

from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.core.standstill import Standstill
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


def worker_of(last_update: Callable[[], float], *command: str) -> tuple[int, Any]:
    """A child process as gunicorn's master knows it."""
    child = os.posix_spawnp(command[0], command, os.environ)
    tmp = SimpleNamespace(last_update=last_update, close=lambda: None)
    return child, SimpleNamespace(tmp=tmp, aborted=False, pid=child)


def test_a_worker_that_does_not_come_to_its_first_heart_beat_is_killed(
    draining: Draining, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zato.server.arbiter._START_SECONDS", 0.05)
    master = arbiter(draining, lambda: 0.0)
    child, worker = worker_of(time.time, "sleep", "60")
    master.WORKERS = {child: worker}  # of this one: gunicorn shares them among all
    master.murder_workers()
    assert os.waitpid(child, os.WNOHANG)[0] == 0
    time.sleep(0.1)
    master.murder_workers()
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_how_long_a_worker_may_stand_still_is_followed(draining: Draining) -> None:
    seconds = 30.0
    master = DrainingArbiter(NoApplication(), draining, lambda: 0.0, lambda: 1, lambda: seconds)
    stood_still = time.monotonic() - 5
    child, worker = worker_of(lambda: stood_still, "sleep", "60")
    master.WORKERS = {child: worker}  # of this one: gunicorn shares them among all
    master.murder_workers()
    assert os.waitpid(child, os.WNOHANG)[0] == 0
    seconds = 2.0
    master.murder_workers()
    assert os.waitpid(child, 0)[1] == signal.SIGABRT


def test_where_the_master_itself_stood_still_workers_have_their_time_anew(draining: Draining) -> None:
    master = arbiter(draining, lambda: 0.0)
    beat = time.monotonic() - 60
    child, worker = worker_of(lambda: beat, "sleep", "60")
    beats: list[float] = []
    worker.tmp.notify = lambda: beats.append(time.monotonic())
    worker.tmp.last_update = lambda: max(beats, default=beat)
    master.WORKERS = {child: worker}  # of this one: gunicorn shares them among all
    master._standstill = Standstill(2.0, iter((0.0, 60.0, 61.0)).__next__)
    master.murder_workers()
    assert os.waitpid(child, os.WNOHANG)[0] == 0
    beats[:] = [beat]
    master.murder_workers()
    assert os.waitpid(child, 0)[1] == signal.SIGABRT


@pytest.mark.parametrize("code", [3, 4])
def test_a_worker_that_ends_with_the_code_of_one_that_cannot_start(draining: Draining, code: int) -> None:
    """It ends the server where it has not been at work, and only then."""
    master = arbiter(draining, lambda: 0.0)
    child, worker = worker_of(time.monotonic, "sh", "-c", f"exit {code}")
    master.WORKERS = {child: worker}  # of this one: gunicorn shares them among all
    while master.WORKERS:
        master.reap_workers()
    child, worker = worker_of(time.time, "sh", "-c", f"exit {code}")
    master.WORKERS = {child: worker}  # of this one: gunicorn shares them among all
    with pytest.raises(HaltServer):
        while True:
            master.reap_workers()


def test_workers_that_died_together_are_replaced_together(draining: Draining, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where gunicorn would rest after each."""

    class Counting(DrainingArbiter):
        started = 0

        def spawn_worker(self) -> None:
            self.started += 1

    master = Counting(NoApplication(), draining, lambda: 0.0, lambda: 40, lambda: 30.0)
    master.num_workers = 40
    rests: list[float] = []
    monkeypatch.setattr(time, "sleep", rests.append)
    master.spawn_workers()
    assert (master.started, rests) == (40, [])
