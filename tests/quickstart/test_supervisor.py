"""What a supervisor makes of processes that end, do not begin, or do not end, tried with shells."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from support.waiting import PATIENCE_SECONDS, until
from zato.quickstart.starting import Command
from zato.quickstart.supervisor import Supervisor, _ending


class Heard:
    """In place of what a person sees: what was said, and each process's lines."""

    secret = "s"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: dict[str, list[bytes]] = {}
        self.plainly: list[bytes] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def lines(self, name: str, lines: list[bytes]) -> None:
        self.shown.setdefault(name, []).extend(line for line in lines if line)

    def plain(self, lines: list[bytes]) -> None:
        self.plainly += lines


class Cluster:
    """Commands under a supervisor, which runs in a thread."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.pids = directory / "pids"
        self.heard = Heard()
        self._commands: list[Command] = []
        self.supervisor: Supervisor | None = None
        self._thread: threading.Thread | None = None

    def has(self, name: str, script: str, **more: Any) -> None:
        """A process that runs such a shell; `beats NAME` in it adds a line to a file, and `linger` takes a minute."""
        beats = f"beats() {{ echo $1 >> {self.directory}/beats; }}\n"
        linger = "linger() { n=0; while [ $((n += 1)) -lt 3000 ]; do sleep 0.02; done; }\n"
        self._commands.append(Command(name, ("/bin/sh", "-c", beats + linger + script), **more))

    def start(self) -> None:
        self.supervisor = Supervisor(self._commands, self.pids, cast(Any, self.heard))
        self._thread = threading.Thread(target=self.supervisor.run)
        self._thread.start()

    def stop(self, times: int = 1) -> None:
        if self.supervisor is None or self._thread is None:
            return
        for _ in range(times):
            self.supervisor.stop()
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def look(self) -> None:
        """As it does when a process has ended."""
        assert self.supervisor is not None
        self.supervisor.look()

    def beats(self) -> list[str]:
        path = self.directory / "beats"
        return path.read_text().split() if path.exists() else []

    def running(self) -> list[str]:
        return [line.split()[0] for line in self.pids.read_text().splitlines()] if self.pids.exists() else []


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.stop(times=2)


@pytest.mark.parametrize(
    ("code", "words"), [(0, "ended with exit code 0"), (3, "ended with exit code 3"), (-9, "was ended by SIGKILL")]
)
def test_how_a_process_has_ended_is_said_in_words(code: int, words: str) -> None:
    assert _ending(code) == words


def test_what_ends_is_started_again_each_time_a_little_later(cluster: Cluster) -> None:
    cluster.has("short", "beats short; exit 3")
    cluster.start()

    def again() -> bool:
        cluster.look()
        return len(cluster.heard.said) >= 3

    until(again)
    assert [line.partition(";")[0] for line in cluster.heard.said[:3]] == ["short ended with exit code 3"] * 3
    pauses = [float(line.split()[-2]) for line in cluster.heard.said[:3]]
    assert pauses[0] < pauses[1] < pauses[2]


def test_what_runs_once_is_left_alone_when_it_has_ended_and_its_lines_are_as_they_are(cluster: Cluster) -> None:
    cluster.has("greeting", "echo Hello", once=True)
    cluster.has("stays", "echo here; sleep 60")
    cluster.start()
    until(lambda: cluster.heard.plainly == [b"Hello"] and cluster.heard.shown == {"stays": [b"here"]})
    cluster.look()
    until(lambda: cluster.running() == ["stays"])
    assert cluster.heard.said == []


def test_what_waits_for_a_file_is_started_once_it_is_there(cluster: Cluster) -> None:
    cluster.has("second", "beats second; sleep 60", after=(cluster.directory / "ready",))
    cluster.has("first", f"beats first; touch {cluster.directory}/ready; sleep 60")
    cluster.start()
    until(lambda: cluster.beats() == ["first", "second"])
    until(lambda: sorted(cluster.running()) == ["first", "second"])


def test_a_program_that_is_not_there_is_tried_again_and_holds_up_nobody(cluster: Cluster) -> None:
    cluster._commands.append(Command("missing", ("/nowhere/program",)))
    cluster.has("there", "beats there; sleep 60")
    cluster.start()
    until(lambda: cluster.beats() == ["there"])
    until(lambda: len(cluster.heard.said) >= 2)
    assert all(line.startswith("missing cannot be started: ") for line in cluster.heard.said[:2])
    assert cluster.running() == ["there"]


def test_stages_are_asked_to_end_one_after_the_other_each_by_its_signal(cluster: Cluster) -> None:
    trap = "trap 'beats {0}; exit 0' {1}; beats up; linger"
    cluster.has("last", trap.format("last", "TERM"), stage=2)
    cluster.has("first", trap.format("first", "INT"), stage=0, stop_signal=signal.SIGINT)
    cluster.has("second", trap.format("second", "USR1"), stage=1, stop_signal=signal.SIGUSR1)
    cluster.start()
    until(lambda: cluster.beats() == ["up"] * 3)
    cluster.stop()
    assert cluster.beats()[3:] == ["first", "second", "last"]
    assert cluster.heard.said == ["Ending everything"]
    assert not cluster.pids.exists()


def test_a_program_hears_its_signal_also_where_the_cluster_runs_in_the_background_of_a_shell(cluster: Cluster) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as such a shell does
    try:
        cluster.has("first", "trap 'beats first; exit 0' INT; beats up; linger", stop_signal=signal.SIGINT)
        cluster.start()
        until(lambda: cluster.beats() == ["up"])
        cluster.stop()
    finally:
        signal.signal(signal.SIGINT, before)
    assert cluster.beats() == ["up", "first"]


@pytest.mark.parametrize(("patience", "times"), [(0.1, 1), (60.0, 2)])
def test_what_does_not_end_is_killed_after_its_patience_or_when_asked_again(
    cluster: Cluster, patience: float, times: int
) -> None:
    cluster.has("deaf", "trap '' TERM; beats up; linger", patience_seconds=patience)
    cluster.start()
    until(lambda: cluster.beats() == ["up"])
    cluster.stop(times)
    assert cluster.heard.said == ["Ending everything", "deaf has not ended by itself, so it is killed"]


def test_what_a_process_leaves_behind_is_ended_before_it_is_started_again(cluster: Cluster) -> None:
    cluster.has("parent", "(trap 'beats orphan; exit 0' TERM; beats child; linger) & sleep 0.1")
    cluster.start()

    def ended() -> bool:
        cluster.look()
        return "orphan" in cluster.beats()

    until(ended)


def test_a_line_is_shown_once_it_is_whole_or_its_process_has_ended(cluster: Cluster) -> None:
    cluster.has(
        "writer", f"printf 'one\\ntw'; while [ ! -e {cluster.directory}/on ]; do sleep 0.02; done; printf 'o\\nend'"
    )
    cluster.start()
    until(lambda: cluster.heard.shown == {"writer": [b"one"]})
    (cluster.directory / "on").touch()
    until(lambda: cluster.heard.shown["writer"][:3] == [b"one", b"two", b"end"])


def test_a_line_without_an_end_is_cut(cluster: Cluster) -> None:
    script = "import sys, time; sys.stdout.write('x' * 1_500_000); sys.stdout.flush(); time.sleep(60)"
    cluster.has(
        "endless", f"exec {sys.executable} -c {script!r}".replace("'import", '"import').replace("(60)'", '(60)"')
    )
    cluster.start()
    until(lambda: bool(cluster.heard.shown.get("endless")))
    (first, *_) = cluster.heard.shown["endless"]
    assert 1024 * 1024 < len(first) <= 1_500_000


def test_a_disk_that_is_full_ends_nothing(cluster: Cluster) -> None:
    cluster.pids.mkdir()  # nothing can be put in its place
    cluster.has("stays", "beats up; sleep 60")
    cluster.start()
    until(lambda: cluster.beats() == ["up"] and bool(cluster.heard.said))
    assert "cannot be written" in cluster.heard.said[0]
    cluster.pids.rmdir()
