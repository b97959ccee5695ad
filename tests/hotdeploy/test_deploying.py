"""What the daemon has deployed, in which order, and what it says of what is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.recording_server import GOOD, RecordingServer
from support.waiting import until


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


@pytest.mark.parametrize("becomes", ["active", "superseded"])
def test_a_deployment_that_takes_longer_than_the_answer_is_waited_for_and_no_refusal(
    becomes: str, run: Callable[[], list[str]], server: RecordingServer, directory: Path, capfd: Any
) -> None:
    run()
    server.late = ["staged"]
    (directory / "shop.py").write_bytes(GOOD)
    until(lambda: len(server.versions) == 1)
    time.sleep(0.5)
    assert not (directory / "shop.py.error").exists()
    assert "Deployed" not in capfd.readouterr().out
    server.versions[0]["state"] = becomes
    said: list[str] = []

    def is_said() -> bool:
        said.extend(capfd.readouterr())
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
