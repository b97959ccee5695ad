"""What is made once for all checkouts of a user."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
sys.path.append(str(TOOLS))

from kept import DAYS, kept  # noqa: E402


def maker(made: list[Path], content: str = "a") -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.mkdir()
        (path / "file").write_text(content, encoding="ascii")
        made.append(path)

    return make


def test_what_is_young_enough_is_made_once_and_for_each_content_by_itself(tmp_path: Path) -> None:
    made: list[Path] = []
    first = kept("root", "a", maker(made), place=tmp_path, today=100)
    assert kept("root", "a", maker(made), place=tmp_path, today=100 + DAYS - 1) == first
    assert len(made) == 1
    assert (first / "file").read_text(encoding="ascii") == "a"
    assert kept("root", "b", maker(made), place=tmp_path, today=100) != first
    assert kept("other", "a", maker(made), place=tmp_path, today=100) != first
    assert len(made) == 3


def test_what_is_old_is_made_anew_and_stays_for_those_who_have_found_it(tmp_path: Path) -> None:
    made: list[Path] = []
    first = kept("root", "a", maker(made), place=tmp_path, today=100)
    second = kept("root", "a", maker(made), place=tmp_path, today=100 + DAYS)
    assert second != first
    assert first.exists()
    third = kept("root", "a", maker(made), place=tmp_path, today=100 + 2 * DAYS)
    assert {path for path in tmp_path.iterdir() if path.is_dir()} == {second, third}


def test_what_was_interrupted_is_made_again(tmp_path: Path) -> None:
    def interrupted(path: Path) -> None:
        path.mkdir()
        raise SystemExit(1)

    made: list[Path] = []
    with pytest.raises(SystemExit):
        kept("root", "a", interrupted, place=tmp_path, today=100)
    assert kept("root", "a", maker(made), place=tmp_path, today=100).exists()
    assert len(made) == 1


def test_others_wait_until_it_is_made(tmp_path: Path) -> None:
    made: list[Path] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(path: Path) -> None:
        begun.set()
        assert go_on.wait(120)
        maker(made)(path)

    program = (
        "import pathlib, sys, kept; print(kept.kept('root', 'a', None, place=pathlib.Path(sys.argv[1]), today=100))"
    )
    first = threading.Thread(target=kept, args=("root", "a", slow), kwargs={"place": tmp_path, "today": 100})
    first.start()
    assert begun.wait(120)
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], cwd=TOOLS, stdout=subprocess.PIPE, text=True
    ) as other:
        go_on.set()
        said, _ = other.communicate(timeout=120)
    first.join()
    assert Path(said.strip()).name == made[0].name.replace("making", "100")
