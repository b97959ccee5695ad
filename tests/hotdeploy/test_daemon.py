"""What the daemon finds in a pickup directory, and when."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inotify_simple import INotify, flags

from support.recording_server import GOOD, RecordingServer
from support.waiting import until
from zato.hotdeploy import daemon as daemon_module


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


def test_more_changes_than_the_kernel_keeps_are_found_by_looking(
    run: Callable[[], list[str]], server: RecordingServer, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Overflowing(INotify):  # type: ignore[misc]
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
