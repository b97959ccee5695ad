"""Every broken file through the whole chain: refused in time, with its reason, while the old version answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.broken_deployments import BROKEN, WORKING, BrokenDeployment
from support.cluster import RunningCluster
from support.load import Load, eventually
from zato.core.errors import InvalidInput
from zato.hotdeploy.pickup import wanted

REFUSED_SECONDS = 6.0
LIVE = b"""
from zato.server.service import Service

class Show(Service):
    name = 'unbroken.show'

    def handle(self):
        self.response.payload = {'version': 1}
"""


@pytest.fixture(scope="module")
def live(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    for name, source in {**WORKING, "broken.py": LIVE}.items():
        api.deploy(name, source)
    api.create_item("channel-rest", "unbroken", {"service": "unbroken.show", "path": "/unbroken", "methods": ["GET"]})
    eventually(lambda: cluster.request("GET", "/unbroken").status == 200, 5)
    yield cluster
    api.delete_item("channel-rest", "unbroken")
    for name in ("broken.py", *reversed(WORKING)):
        api.undeploy(name)


def note_of(cluster: RunningCluster, broken: BrokenDeployment) -> str:
    """What is written beside the file, once there is something."""
    file = cluster.layout.server(1).pickup / f"{broken.file_name}.error"
    file.unlink(missing_ok=True)
    cluster.drop(broken.file_name, broken.source)
    try:
        eventually(file.exists, REFUSED_SECONDS + 2)
        return file.read_text(encoding="utf-8")
    finally:
        Path(file.parent / broken.file_name).unlink()
        eventually(lambda: not file.exists(), 5)


def test_broken_files_are_refused_while_the_old_version_answers(live: RunningCluster) -> None:
    dropped = [broken for broken in BROKEN if wanted(broken.file_name)]
    problems: list[str] = []
    taken: list[float] = []
    with live.pool() as pool, Load(pool, "/unbroken") as load:
        for broken in dropped:
            started = time.monotonic()
            try:
                note = note_of(live, broken)
            except AssertionError as error:
                problems.append(f"{broken.title}: {error}")
                continue
            taken.append(time.monotonic() - started)
            place = broken.expected_file if broken.line is None else f"{broken.expected_file}:{broken.line}"
            rules = [f"rule: {code}" for code in broken.codes] if broken.source else ["is empty"]
            named = place in note and broken.reason in note
            if not named or not any(rule in note for rule in rules):
                problems.append(f"{broken.title}: {note}")
    print(f"{len(taken)} broken deployments: longest {max(taken):.2f} s, {len(load.samples)} requests beside them")
    assert problems == []
    assert max(taken) <= REFUSED_SECONDS
    assert load.failed() == []
    assert {sample.body for sample in load.samples} == {b'{"version":1}'}


@pytest.mark.parametrize(
    "broken", [one for one in BROKEN if not wanted(one.file_name)], ids=lambda broken: broken.title
)
def test_what_the_pickup_directory_does_not_take_is_refused_by_the_api(
    broken: BrokenDeployment, live: RunningCluster
) -> None:
    with pytest.raises(InvalidInput, match="file_name"):
        live.api().deploy(broken.file_name, broken.source)


def test_refused_files_are_listed_with_their_reason_and_place(live: RunningCluster) -> None:
    with pytest.raises(InvalidInput):
        live.api().deploy("broken.py", b"x = 1\nraise ValueError('listed')\n")
    last = live.api().deployments("broken.py", limit=1)["deployments"][0]
    assert (last["state"], last["reason_file"], last["reason_line"]) == ("rejected", "broken.py", 2)
    assert "ValueError: listed" in last["reason"]
