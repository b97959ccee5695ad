"""What tools run in a root file system of another release ends with them, however they are ended."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from support.waiting import until

TOOLS = Path(__file__).parents[1] / "tools"
PROGRAM = """
import sys, tempfile
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import roots, test_release
roots.exit_when_told()
with tempfile.TemporaryDirectory(dir=sys.argv[3]):
    sys.exit(test_release.in_clone(Path(sys.argv[2]), sys.argv[4], network=False))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root file system with a shell."""
    root = tmp_path / "root"
    for name in ("dev", "proc", "srv/zato"):
        (root / name).mkdir(parents=True)
    for program in map(shutil.which, ("sh", "env", "sleep")):
        assert program is not None
        linked = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
        for file in (program, *re.findall(r"(/\S+) \(0x", linked)):
            copy = root / file.lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
            copy.chmod(0o755)
    return root


def running(words: bytes) -> list[int]:
    """Processes whose command has these words in it."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if words in command:
            found.append(int(path.name))
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes root file systems")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_what_runs_in_a_root(root: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Also where whoever has started it ignores what Ctrl-C sends, as a shell does for what is in the background."""
    work = tmp_path / "work"
    work.mkdir()
    marked = f"4711.{os.getpid()}"
    words = ["/usr/bin/python3", "-c", PROGRAM, str(TOOLS), str(root), str(work), f"sleep {marked}1 & sleep {marked}2"]
    in_background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with subprocess.Popen([*in_background, *words]) as process:
        sleeping = [f"sleep\0{marked}{each}".encode() for each in (1, 2)]
        until(lambda: all(map(running, sleeping)))
        process.send_signal(number)
        status = process.wait()
    if number == signal.SIGKILL:  # the kernel ends the rest, and nobody is there to tidy up
        until(lambda: not running(marked.encode()))
        return
    assert status == 128 + number
    assert running(marked.encode()) == []
    assert list(work.iterdir()) == []
    assert not any(str(root) in line for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines())
