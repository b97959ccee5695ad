"""A backup is made while a cluster has all to do, and restored to a clean directory, which has to be the same."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from support.cluster import RunningCluster
from support.load import Load, Sample
from support.scenarios.moving import all_contents
from support.waiting import until
from zato.backup.manifest import Manifest
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.odb.opening import open_odb

PATH = "/backed-up"
_SOURCE = """
from zato.server.service import Service


class BackedUp(Service):
    name = "backed.up"

    def handle(self):
        self.response.payload = {"number": %d}
"""
_MARKED = ("zt_state", "zt_audit")
"""Tables in which a restore leaves its mark."""
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was saved under load, and what came back of it."""

    items: int
    deployments: int
    messages: int
    bytes: int
    saved_seconds: float
    restored_seconds: float
    requests: int
    failed: list[Sample]
    changes: int
    different: list[str]
    lowest_rate: float

    def __str__(self) -> str:
        return (
            f"{self.items} items, {self.deployments} deployments, {self.messages} messages ({self.bytes // 1024} KiB): "
            f"saved in {self.saved_seconds:.1f} s, restored in {self.restored_seconds:.1f} s; tables that differ: "
            f"{', '.join(self.different) or 'none'}; {self.requests} requests and {self.changes} changes meanwhile, "
            f"{len(self.failed)} failed; {self.lowest_rate:.0f} requests a second at least"
        )


def fill(cluster: RunningCluster, *, items: int, deployments: int, messages: int) -> None:
    """So many channels, versions of a service behind PATH, and messages that wait, as they are held."""
    api = cluster.api()
    for number in range(deployments):
        api.deploy("backed_up.py", (_SOURCE % number).encode())
    api.create_item("channel-rest", "backed-up", {"service": "backed.up", "path": PATH})
    for start in range(0, items, _BATCH):
        names = range(start, min(start + _BATCH, items))
        channels = "".join(f"  c-{n}: {{service: backed.up, path: /c/{n}}}\n" for n in names)
        api.import_(f"channel-rest:\n{channels}")
    api.hold("a test")
    for _ in range(messages):
        api.invoke_async("backed.up", {})
    cluster.settle()


def back_up(cluster: RunningCluster, directory: Path) -> BackedUp:
    """With a cluster that was filled: while it answers requests, and is changed all the time."""
    file, other = directory / "cluster.backup", Layout(directory / "y")
    stop, changes = threading.Event(), [0]
    with ExitStack() as stack:
        load = stack.enter_context(Load(stack.enter_context(cluster.pool()), PATH, seconds=300))
        changing = threading.Thread(target=_change, args=(cluster, stop, changes))
        changing.start()
        until(lambda: changes[0] > 0 and len(load.samples) > 0)
        started = time.monotonic()
        manifest = save(cluster.layout, file, datetime.now(UTC), _quiet)
        saved = time.monotonic() - started
        stop.set()
        changing.join()
    started = time.monotonic()
    restore(other, file, datetime.now(UTC), _quiet)
    restored = time.monotonic() - started
    counts = manifest.counts["odb"]
    return BackedUp(
        counts["items"],
        counts["deployments"],
        counts["messages"],
        file.stat().st_size,
        saved,
        restored,
        len(load.samples),
        load.failed(),
        changes[0],
        different(manifest, other),
        load.lowest_rate(),
    )


def different(manifest: Manifest, layout: Layout) -> list[str]:
    """Tables that do not hold what they held at the moment of the backup."""
    database = open_odb(load_cluster(layout))
    found = all_contents(database)
    database.dispose()
    return [
        name
        for name, expected in manifest.tables.items()
        if name not in _MARKED and (found[name].rows, found[name].sha256) != (expected.rows, expected.sha256)
    ]


def _change(cluster: RunningCluster, stop: threading.Event, changes: list[int]) -> None:
    """Configuration and messages, until told to stop."""
    api = cluster.api()
    while not stop.is_set():
        api.invoke_async("backed.up", {})
        try:
            api.create_item("channel-rest", f"more-{changes[0]}", {"service": "backed.up", "path": f"/m/{changes[0]}"})
        except ZatoError as error:
            raise AssertionError(f"a change was refused: {error.message}") from error
        changes[0] += 1


def _quiet(_line: str) -> None:
    """Says nothing."""
