"""The daemon on a real directory with a server that records what it is asked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from support.waiting import until
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput, TimeLimitExceeded, Unavailable
from zato.host.watchdog import Watchdog
from zato.hotdeploy import daemon as daemon_module
from zato.hotdeploy.daemon import PickupDaemon
from zato.hotdeploy.deploying import Deploying

GOOD = b"good\n"


class RecordingServer:
    """Accepts what begins with "good", refuses the rest, and keeps versions as the admin API shows them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.versions: list[dict[str, Any]] = []
        self.away = 0
        self.late: list[str] = []
        self.hold: dict[str, threading.Event] = {}
        self.modules: set[str] = set()
        self._lock = threading.Lock()

    def deploy(self, file_name: str, source: bytes) -> dict[str, Any]:
        with self._lock:
            self.calls.append((file_name, source))
            if self.away:
                self.away -= 1
                raise Unavailable("Nothing answers.", code="unreachable")
        if file_name in self.hold:
            self.hold[file_name].wait(10)
        module = file_name.rpartition(".")[0]
        missing = [word for word in source.decode().split()[1:] if word not in self.modules]
        good = source.startswith(b"good") and not missing
        version = {
            "id": len(self.versions) + 1,
            "file_name": file_name,
            "sha256": sha256(source).hexdigest(),
            "state": "active" if good else "rejected",
            "module": module,
            "cid": f"cid-{len(self.calls)}",
        }
        self.versions.insert(0, version)
        if self.late:
            version["state"] = self.late.pop(0)
            late = TimeLimitExceeded("It has not come to an end after 60 s.")
            late.cid = version["cid"]
            raise late
        if good:
            self.modules.add(module)
            return version
        reason = f"{file_name}:3: No module named {missing[0]!r}." if missing else f"{file_name}:3: It is no good."
        refused = InvalidInput(reason, code="deployment-rejected", details=(f"file: {file_name}", "line: 3"))
        refused.cid = version["cid"]
        raise refused

    def deployments(self, file_name: str | None = None, *, limit: int = 100) -> dict[str, Any]:
        found = [version for version in self.versions if file_name in {None, version["file_name"]}]
        return {"deployments": found[:limit]}

    @property
    def deployed(self) -> list[str]:
        return [version["file_name"] for version in reversed(self.versions) if version["state"] == "active"]


@pytest.fixture
def server() -> RecordingServer:
    return RecordingServer()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "pickup").mkdir()
    return tmp_path / "pickup"


@pytest.fixture
def run(server: RecordingServer, directory: Path) -> Iterator[Callable[[], list[str]]]:
    """Starts a daemon, once it watches; returns what it tells systemd."""
    started: list[tuple[threading.Event, threading.Thread]] = []

    def start() -> list[str]:
        for stop, thread in started:
            stop.set()
            thread.join()
        stop = threading.Event()
        told: list[str] = []
        deploying = Deploying(directory, server, SystemClock(), stop)
        thread = threading.Thread(
            target=PickupDaemon(directory, deploying, stop, Watchdog(SystemClock(), told.append)).run
        )
        thread.start()
        started.append((stop, thread))
        until(lambda: "READY=1" in told)
        return told

    yield start
    for stop, thread in started:
        stop.set()
        thread.join()


def test_a_file_is_deployed_when_it_is_closed_and_when_it_is_moved_in(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path, tmp_path: Path
) -> None:
    run()
    with (directory / "written.py").open("wb") as file:
        file.write(b"go")
        file.flush()
        time.sleep(0.1)
        assert not server.calls
        file.write(b"od\n")
    until(lambda: server.deployed == ["written.py"])
    (tmp_path / "moved.zip").write_bytes(GOOD)
    (tmp_path / "moved.zip").rename(directory / "moved.zip")
    until(lambda: server.deployed == ["written.py", "moved.zip"])


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.py",
        "#shop.py#",
        ".#shop.py",
        "shop.py~",
        ".shop.py.swp",
        "shop.py.error",
        "4913",
        "~shop.py",
        "shop.txt",
    ],
)
def test_what_editors_leave_beside_a_file_is_not_deployed(
    name: str, run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    (directory / name).write_bytes(GOOD)
    (directory / "last.py").write_bytes(GOOD)
    until(lambda: server.deployed == ["last.py"])
    assert [call[0] for call in server.calls] == ["last.py"]


@pytest.mark.parametrize("when", ["before", "while"])
@pytest.mark.parametrize("kind", ["link", "dangling", "directory", "pipe"])
def test_what_is_no_file_is_refused_aloud(
    kind: str, when: str, run: Callable[[], list[str]], server: RecordingServer, directory: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.py").write_bytes(GOOD)
    path = directory / "shop.py"
    if when == "while":
        run()
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(tmp_path / ("elsewhere.py" if kind == "link" else "nowhere.py"))
    if when == "before":
        run()
    error = directory / "shop.py.error"
    until(error.exists)
    assert ("symbolic link" if kind in {"link", "dangling"} else "is no file") in error.read_text()
    assert not server.calls
    (tmp_path / "elsewhere.py").write_bytes(GOOD)
    if kind == "directory":
        path.rmdir()
    (tmp_path / "elsewhere.py").rename(path)
    until(lambda: server.deployed == ["shop.py"] and not error.exists())


def test_a_hard_link_is_a_file(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.py").write_bytes(GOOD)
    run()
    (directory / "shop.py").hardlink_to(tmp_path / "elsewhere.py")
    until(lambda: server.deployed == ["shop.py"])


def test_a_refusal_is_written_beside_the_file_until_it_is_deployed_or_gone(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    file, note = directory / "shop.py", directory / "shop.py.error"
    file.write_bytes(b"bad\n")
    until(note.exists)
    text = note.read_text()
    assert "shop.py was not deployed at 20" in text
    assert "It is no good." in text
    assert "file: shop.py" in text
    assert "line: 3" in text
    file.write_bytes(GOOD)
    until(lambda: not note.exists())
    assert server.deployed == ["shop.py"]
    file.write_bytes(b"bad again\n")
    until(note.exists)
    file.unlink()
    until(lambda: not note.exists())


def test_a_deleted_file_undeploys_nothing(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path, tmp_path: Path
) -> None:
    run()
    for name in ("a.py", "b.py"):
        (directory / name).write_bytes(GOOD)
    until(lambda: len(server.deployed) == 2)
    (directory / "a.py").unlink()
    (directory / "b.py").rename(tmp_path / "b.py")
    (directory / "last.py").write_bytes(GOOD)
    until(lambda: "last.py" in server.deployed)
    assert len(server.calls) == 3


def test_at_the_start_what_changed_meanwhile_is_deployed_and_nothing_else(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    for name in ("same.py", "changed.py", "unknown.py", "rolled_back.py", "broken.py"):
        (directory / name).write_bytes(b"bad\n" if name == "broken.py" else GOOD)
    run()
    until(lambda: len(server.versions) == 5 and (directory / "broken.py.error").exists())
    next(one for one in server.versions if one["file_name"] == "rolled_back.py")["state"] = "superseded"
    next(one for one in server.versions if one["file_name"] == "changed.py")["sha256"] = "0" * 64
    next(one for one in server.versions if one["file_name"] == "unknown.py")["file_name"] = "another.py"
    server.calls.clear()
    run()
    until(lambda: {name for name, _ in server.calls} == {"changed.py", "unknown.py"})
    time.sleep(0.1)
    assert len(server.calls) == 2


def test_a_check_that_was_broken_off_is_made_again_at_the_start(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    (directory / "shop.py").write_bytes(GOOD)
    server.deploy("shop.py", GOOD)
    server.versions[0]["state"] = "rejected"  # without a note beside the file: nobody was told
    server.calls.clear()
    run()
    until(lambda: len(server.calls) == 1)


def test_it_waits_for_a_server_that_is_away(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    server.away = 3
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: server.deployed == ["shop.py"])
    assert len(server.calls) == 4
    assert not (directory / "shop.py.error").exists()


def test_while_it_waits_a_newer_content_takes_the_place_of_the_older(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    server.away = 2
    (directory / "shop.py").write_bytes(b"bad\n")
    until(lambda: len(server.calls) == 1)
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: "shop.py" in server.deployed)
    assert not (directory / "shop.py.error").exists()


def test_a_file_whose_check_takes_long_does_not_hold_up_others(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    for number in range(4):
        server.hold[f"slow{number}.py"] = threading.Event()
        (directory / f"slow{number}.py").write_bytes(GOOD)
    until(lambda: len(server.calls) == 4)
    (directory / "quick.py").write_bytes(GOOD)
    until(lambda: server.deployed == ["quick.py"])
    for event in server.hold.values():
        event.set()
    until(lambda: len(server.deployed) == 5)


def test_one_file_has_one_deployment_under_way_and_the_last_content_wins(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    server.hold["shop.py"] = threading.Event()
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: len(server.calls) == 1)
    for _ in range(5):
        (directory / "shop.py").write_bytes(b"good\n\n")
        time.sleep(0.02)
    assert len(server.calls) == 1
    server.hold["shop.py"].set()
    until(lambda: len(server.deployed) == 2)
    time.sleep(0.1)
    assert [source for _, source in server.calls] == [GOOD, b"good\n\n"]


def test_files_that_need_one_another_may_be_copied_in_any_order(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    (directory / "a_first.py").write_bytes(b"good b_second\n")
    until((directory / "a_first.py.error").exists)
    (directory / "b_second.py").write_bytes(b"good c_third\n")
    until((directory / "b_second.py.error").exists)
    (directory / "c_third.py").write_bytes(GOOD)
    until(lambda: server.deployed == ["c_third.py", "b_second.py", "a_first.py"])
    until(lambda: not list(directory.glob("*.error")))


def test_more_changes_than_the_kernel_keeps_are_found_by_looking(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = daemon_module.flags

    class Overflowing(daemon_module.INotify):  # type: ignore[misc]
        def read(self, *args: Any, **kwargs: Any) -> Any:
            events = super().read(*args, **kwargs)
            return [type(event)(-1, flags.Q_OVERFLOW, 0, "") for event in events[:1]]

    monkeypatch.setattr(daemon_module, "INotify", Overflowing)
    run()
    for number in range(20):
        (directory / f"shop{number}.py").write_bytes(GOOD)
    until(lambda: len(server.deployed) == 20)


def test_a_pickup_directory_that_was_replaced_is_watched_again(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    told = run()
    directory.rename(directory.with_name("old"))
    until(lambda: told.count("READY=1") == 2)
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: server.deployed == ["shop.py"])


def test_a_name_that_is_not_text_is_refused(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    (directory / os.fsdecode(b"sh\xff.py")).write_bytes(GOOD)
    until(lambda: any(path.suffix == ".error" for path in directory.iterdir()))
    assert not server.calls


def test_systemd_is_told_when_it_watches_and_that_it_lives(run: Callable[[], list[str]]) -> None:
    told = run()
    until(lambda: told.count("WATCHDOG=1") >= 2)
    assert told[0] == "READY=1"


@pytest.mark.parametrize("becomes", ["active", "superseded"])
def test_a_deployment_that_takes_longer_than_the_answer_is_waited_for_and_no_refusal(
    becomes: str, run: Callable[[], list[str]], server: RecordingServer, directory: Path, capsys: Any
) -> None:
    run()
    server.late = ["staged"]
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: len(server.versions) == 1)
    time.sleep(0.5)
    assert not (directory / "shop.py.error").exists()
    assert "Deployed" not in capsys.readouterr().out
    server.versions[0]["state"] = becomes
    said: list[str] = []

    def is_said() -> bool:
        said.extend(capsys.readouterr())
        return "Deployed" in "".join(said)

    until(is_said)
    assert "cid-1" in "".join(said)
    assert len(server.calls) == 1
    assert not (directory / "shop.py.error").exists()


def test_a_late_deployment_that_comes_to_nothing_is_handed_in_again(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path
) -> None:
    run()
    server.late = ["rejected"]
    (directory / "shop.py").write_bytes(b"bad\n")
    until((directory / "shop.py.error").exists)
    assert len(server.calls) == 2
    assert "Correlation id: cid-2" in (directory / "shop.py.error").read_text()
