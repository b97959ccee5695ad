"""One cluster for all pages, in a directory that looks like a clone of the repository."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support import command_line
from support.cluster import RunningCluster
from support.documents.playing import Clone
from support.documents.reading import REPOSITORY
from support.documents.written import written
from support.waiting import until
from support.wheels import make_wheel


@pytest.fixture(scope="package")
def clone() -> Iterator[Clone]:
    """Its cluster runs as `make run` starts it, with the examples."""
    # pytest's own directories make unix socket paths too long
    with TemporaryDirectory(prefix="zato-") as made:
        directory = Path(made)
        (directory / ".venv").symlink_to(Path(sys.prefix))
        (directory / "examples").symlink_to(REPOSITORY / "examples")
        (directory / "home").mkdir()
        command_line.program(directory / "bin")
        make_wheel(directory / "wheels", "toposort", "1.10")
        cluster = RunningCluster(directory / ".zato", "--workers", "2")
        cluster.start_command = ["bash", "-c", f"cd {directory} && {make_run()}"]
        try:
            cluster.create()
            # Packages come from wheels that tests make, whatever the machine's own index has
            with cluster.layout.settings.open("a") as settings:
                settings.write(f'packages_index_url = "none"\npackages_find_links = "{directory}/wheels"\n')
            cluster.start()
            until(lambda: "Ctrl-C ends everything" in cluster.said(), seconds=60)
            yield Clone(directory, cluster)
        finally:
            cluster.stop()


def make_run() -> str:
    """What `make run` does once all is installed."""
    command = written("README.md", "make run")
    assert command == written("docs/tutorial.md", "make run")
    # Within `make test` make would end with which directory it leaves
    listing = [*command.split(), "-n", "--no-print-directory"]
    shown = subprocess.run(listing, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return shown.stdout.splitlines()[-1]


@pytest.fixture(scope="package")
def together(clone: Clone) -> Clone:
    """The same once there are two servers."""
    cluster = clone.cluster
    clone.do(written("docs/operations.md", "zato quickstart stop DIR", {"DIR": ".zato"}))
    cluster.stop()
    settings = cluster.layout.settings
    settings.write_text(re.sub(r"(?m)^servers = .*$", "servers = 2", settings.read_text()))
    clone.do("zato quickstart create .zato")
    start = written("docs/operations.md", "zato quickstart start DIR", {"DIR": ".zato"})
    cluster.start_command = ["bash", "-c", f"cd {clone.directory} && exec .venv/bin/{start}"]
    cluster.start()
    return clone
