"""Broken files dropped into the pickup directory, while the version before is asked for all the time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from support.broken_deployments import BROKEN, WORKING
from support.cluster import RunningCluster
from support.deployments_to_refuse.source import BrokenDeployment
from support.load import Load, Sample, told
from support.scenarios.workers import open_channel
from support.waiting import LATE_SECONDS, until
from zato.hotdeploy.pickup import wanted

REFUSED_SECONDS = 6.0
ANSWER = b'{"version":1}'
_LOAD_SECONDS = 900.0
_LIVE = b"""
from zato.server.service import Service

class Show(Service):
    name = 'unbroken.show'

    def handle(self):
        self.response.payload = {'version': 1}
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """`problems` are files that were not refused, or not with file, line and reason, in sentences."""

    seconds: list[float]
    problems: list[str]
    requests: int
    lowest_rate: float
    failed: list[Sample]
    others: set[bytes]
    """Answers beside that of the version before."""

    def __str__(self) -> str:
        return (
            f"{len(self.seconds)} broken files, {len(self.problems)} not refused as they should: longest "
            f"{max(self.seconds):.2f} s; {self.requests} requests all the while (never below {self.lowest_rate:.0f} a "
            f"second), {told(self.failed)}, {len(self.others)} other answers"
        )


def refuse_broken(cluster: RunningCluster) -> Refused:
    """All broken files that the pickup directory takes, one after the other."""
    api = cluster.api()
    for name, source in {**WORKING, "broken.py": _LIVE}.items():
        api.deploy(name, source)
    open_channel(cluster, "unbroken.show", "/unbroken")
    problems: list[str] = []
    seconds: list[float] = []
    with cluster.pool() as pool, Load(pool, "/unbroken", seconds=_LOAD_SECONDS) as load:
        for broken in BROKEN:
            if not wanted(broken.file_name):
                continue
            taken, note = _note_of(cluster, broken)
            seconds.append(taken)
            if not _is_told(broken, note):
                problems.append(f"{broken.title}: {note or 'it was not refused'}")
    api.delete_item("channel-rest", "unbroken.show")
    for name in ("broken.py", *reversed(WORKING)):
        api.undeploy(name)
    return Refused(
        seconds=seconds,
        problems=problems,
        requests=len(load.samples),
        lowest_rate=load.lowest_rate(),
        failed=load.failed(),
        others={sample.body for sample in load.samples if sample.status == 200} - {ANSWER},
    )


def _note_of(cluster: RunningCluster, broken: BrokenDeployment) -> tuple[float, str]:
    """Seconds until something is written beside the file, and what; nothing where that takes far too long."""
    file = cluster.layout.server(1).pickup / broken.file_name
    note = file.with_name(f"{file.name}.error")
    note.unlink(missing_ok=True)
    started = time.monotonic()
    cluster.drop(broken.file_name, broken.source)
    while not note.exists() and time.monotonic() - started < REFUSED_SECONDS + LATE_SECONDS:
        time.sleep(0.005)
    taken = time.monotonic() - started
    text = note.read_text(encoding="utf-8") if note.exists() else ""
    file.unlink()
    until(lambda: not note.exists())
    return taken, text


def _is_told(broken: BrokenDeployment, note: str) -> bool:
    # What ran out of time on a busy machine could perhaps not be asked where it was
    somewhere = broken.line is None or "rule: import-timed-out" in note
    place = broken.expected_file if somewhere else f"{broken.expected_file}:{broken.line}"
    rules = [f"rule: {code}" for code in broken.codes] if broken.source else ["is empty"]
    return place in note and broken.reason in note and any(rule in note for rule in rules)
