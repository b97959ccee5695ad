"""docs/tutorial.md does what it says: its files are written, its commands run, on a cluster as `make run` starts it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.documents import reading, running

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8")
PORT = "11223"


@pytest.fixture
def cluster() -> Iterator[RunningCluster]:
    """With the examples, in a directory that looks like a clone."""
    with TemporaryDirectory(prefix="zato-") as directory:
        (Path(directory) / ".venv").symlink_to(Path(sys.prefix))
        cluster = RunningCluster(Path(directory) / ".zato", "--workers", "2")
        cluster.start_options = ("--create", "--examples", str(REPOSITORY / "examples"))
        try:
            cluster.start()
            await_text(cluster, "Ctrl-C ends everything")
            yield cluster
        finally:
            cluster.stop()


def await_text(cluster: RunningCluster, text: str) -> None:
    limit = time.monotonic() + 60
    while text not in cluster.said():
        assert time.monotonic() < limit, cluster.said()
        time.sleep(0.1)


def test_every_file_command_and_log_line_is_as_the_tutorial_shows_it(cluster: RunningCluster) -> None:
    directory = cluster.layout.root.parent
    steps = [step for step in reading.steps_of(DOCUMENT) if step.kind not in ("shell", "inline")]
    assert {step.kind for step in steps} == {"python", "console", "log"}
    different = []
    for step in steps:
        if step.kind == "python":
            (directory / step.name).write_text(step.text, encoding="utf-8")
        elif step.kind == "console":
            found = running.run(step.name.replace(PORT, str(cluster.lb_port)), directory).stdout
            if not running.fits(step.text, found.replace(str(cluster.lb_port), PORT)):
                different.append(f"$ {step.name}expected:\n{step.text}\nfound:\n{found}")
        else:
            time.sleep(0.5)  # the supervisor lets output gather for a moment
            said = cluster.said().splitlines()
            different += [
                f"not in the log: {line}"
                for line in step.text.splitlines()
                if not any(running.fits(line, each) for each in said)
            ]
    assert not different, "\n".join(different)
