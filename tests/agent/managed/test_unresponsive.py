"""What listens and does not answer is killed, and nothing else is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from support.ports import free_port
from support.waiting import until
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.lighttpd.answering import AnsweringLighttpd
from zato.agent.managed.unresponsive import UnresponsiveKiller
from zato.core.clock import SystemClock
from zato.host.programs import program

CONFIGURATION = """
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
frontend edge
    bind 127.0.0.1:{port}
    http-request return status 200
"""


class Clock(SystemClock):
    now_seconds = 100.0

    def monotonic(self) -> float:
        return self.now_seconds


class Program:
    """Behaves as the test wants it to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.behaviour: type[OSError] | None = None

    def pid(self) -> int | None:
        return 4711

    def answer(self, seconds: float) -> None:
        assert seconds == 5
        if self.behaviour is TimeoutError:
            self._clock.now_seconds += seconds
        if self.behaviour is not None:
            raise self.behaviour


def test_only_what_did_not_answer_for_half_a_minute_is_killed() -> None:
    clock = Clock()
    watched = Program(clock)
    killed: list[tuple[int, int]] = []
    killer = UnresponsiveKiller("it", watched, clock, kill=lambda pid, number: killed.append((pid, number)))

    def turn_for(seconds: float, behaviour: type[OSError] | None) -> None:
        watched.behaviour = behaviour
        end = clock.now_seconds + seconds
        while clock.now_seconds < end:
            killer.turn()
            clock.now_seconds += 1

    for behaviour in (None, ConnectionRefusedError):
        turn_for(24, TimeoutError)
        turn_for(60, behaviour)
    assert killed == []
    turn_for(36, TimeoutError)
    assert killed == [(4711, signal.SIGKILL)]


def test_a_machine_that_stood_still_is_no_reason_to_kill() -> None:
    clock = Clock()
    watched = Program(clock)
    killed: list[int] = []
    killer = UnresponsiveKiller("it", watched, clock, kill=lambda pid, _: killed.append(pid))
    watched.behaviour = TimeoutError
    for _ in range(5):
        clock.now_seconds += 3600
        killer.turn()
    assert killed == []
    while not killed:
        clock.now_seconds += 1
        killer.turn()
    assert killed == [4711]


@pytest.fixture
def haproxy(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A master with its worker, whose socket is `master.sock`."""
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(CONFIGURATION.format(port=free_port()), encoding="utf-8")
    command = [program("haproxy"), "-W", "-db", "-f", str(configuration), "-S", str(tmp_path / "master.sock")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


def answers(running: RunningHaproxy) -> bool:
    """Not while it starts, also again."""
    try:
        running.answer(1)
    except OSError:
        return False
    return True


def children(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.mark.parametrize("part", ["master", "worker"])
def test_either_of_haproxys_processes_is_missed_and_the_master_is_the_one_to_kill(
    tmp_path: Path, haproxy: subprocess.Popen[bytes], part: str
) -> None:
    running = RunningHaproxy(tmp_path / "master.sock", tmp_path / "admin.sock")
    until(lambda: answers(running))
    assert running.pid() == haproxy.pid
    before = children(haproxy)
    haproxy.send_signal(signal.SIGUSR2)  # the master starts itself again, with a new worker
    until(lambda: len(children(haproxy)) == 1 and children(haproxy) != before)
    until(lambda: answers(running))
    assert running.pid() == haproxy.pid
    unresponsive = haproxy.pid if part == "master" else children(haproxy)[0]
    os.kill(unresponsive, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        running.answer(0.3)
    os.kill(unresponsive, signal.SIGCONT)
    running.answer(1)


def test_one_that_is_not_there_is_not_missed(tmp_path: Path) -> None:
    running = RunningHaproxy(tmp_path / "master.sock", tmp_path / "admin.sock")
    with pytest.raises(FileNotFoundError):
        running.answer(0.3)
    assert running.pid() is None


class Running:
    """A lighttpd that is this very process."""

    def pid(self) -> int:
        return os.getpid()


@pytest.mark.parametrize(("connections_max", "full"), [(1, True), (1_000_000, False)])
def test_a_lighttpd_that_has_all_the_connections_it_may_have_is_not_unresponsive(
    connections_max: int, full: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        running: Any = Running()
        lighttpd = AnsweringLighttpd(running, silent.getsockname(), connections_max=connections_max)
        with nullcontext() if full else pytest.raises(TimeoutError):
            lighttpd.answer(0.2)
