"""A disk that is full or out of inodes, and a damaged ODB: requests go on, and it is said what to do, once.

On a file system of its own, which takes root.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.scenarios.workers import open_channel
from support.waiting import until

SOURCE = b"""
from zato.server.service import Service

class Hello(Service):
    name = 'disk.hello'

    def handle(self):
        self.response.payload = {'hello': True}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        disk = Path(directory) / "d"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,nr_inodes=4000", "tmpfs", disk], check=True)
        running = RunningCluster(disk / "z", "--workers", "2")
        running.output = Path(directory) / "output.log"
        try:
            running.start()
            running.api().deploy("disk.py", SOURCE)
            open_channel(running, "disk.hello", "/hello")
            yield running
        finally:
            running.stop()
            subprocess.run(["umount", "--lazy", disk], check=True)


def status(cluster: RunningCluster) -> tuple[int, dict[str, Any]]:
    done = cluster.zato("status", "--json", check=False)
    return done.returncode, json.loads(done.stdout)


def codes(cluster: RunningCluster) -> set[str]:
    return {finding["code"] for finding in status(cluster)[1]["findings"]}


@contextmanager
def full(cluster: RunningCluster) -> Iterator[None]:
    file = cluster.layout.root.parent / "file"
    with file.open("wb", buffering=0) as filling, suppress(OSError):
        while True:
            filling.write(b"x" * 4096)
    try:
        yield
    finally:
        file.unlink()


def test_a_full_disk(cluster: RunningCluster) -> None:
    workers = cluster.workers()
    began = len(cluster.said())
    with full(cluster):
        until(lambda: "odb-full" in codes(cluster))
        for _ in range(20):
            assert cluster.request("GET", "/hello").status == 200
        code, found = status(cluster)
        (finding,) = [each for each in found["findings"] if each["code"] == "odb-full"]
        assert (code, found["ok"], finding["subject"]) == (1, False, "ODB")
        assert "has no space left, or no inodes, so nothing can be changed" in finding["message"]
        assert "du -xh" in finding["message"]
        assert not [problem for problem in found["problems"] if "start it" in problem or "last heard of" in problem]
        doctor = cluster.zato("doctor", check=False)
        assert doctor.returncode == 1
        assert "has 0 MB left" in doctor.stdout
        with pytest.raises(Exception, match="no space left"):
            cluster.api().create_item("channel-rest", "never", {"service": "disk.hello", "path": "/never"})
    until(lambda: "odb-full" not in codes(cluster))
    said = [
        line for line in cluster.said()[began:].splitlines() if "The heart-beat cannot be written; trying again" in line
    ]
    assert len(said) == len(workers), "one line of each worker"
    assert cluster.workers() == workers


def test_no_inodes_left(cluster: RunningCluster) -> None:
    many = cluster.layout.root.parent / "many"
    many.mkdir()
    try:
        with suppress(OSError):
            for number in range(10_000):
                (many / str(number)).touch()
        found = status(cluster)[1]
        assert [problem for problem in found["problems"] if "0 inodes left" in problem]
        assert cluster.request("GET", "/hello").status == 200
    finally:
        subprocess.run(["rm", "-rf", many], check=True)


def test_a_damaged_odb(cluster: RunningCluster) -> None:
    for suffix in ("", "-wal"):
        file = Path(f"{cluster.layout.odb}{suffix}")
        if file.exists():
            with file.open("r+b") as data:
                data.write(b"\0" * file.stat().st_size)
    until(lambda: "odb-damaged" in codes(cluster))
    assert cluster.request("GET", "/hello").status == 200
    cluster.stop()
    cluster.start()
    assert cluster.request("GET", "/hello").status == 200, "from the snapshot"
    code, found = status(cluster)
    assert (code, found["odb"]["ok"]) == (1, False)
    assert "zato restore FILE" in found["odb"]["message"]
    said = cluster.said().splitlines()
    assert len([line for line in said if "The ODB does not answer" in line and " server-1 " in line]) <= 2, (
        "one line of each worker"
    )
    assert "is damaged" in cluster.zato("doctor", check=False).stdout
