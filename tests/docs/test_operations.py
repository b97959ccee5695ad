"""docs/operations.md: every warning is explained; a backup made as docs/backup.md says can be started."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import zato
from support.cluster import RunningCluster
from support.documents import reading, running
from support.waiting import until

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
BACKUP = (REPOSITORY / "docs" / "backup.md").read_text(encoding="utf-8")
LEVELS = {"warning", "error", "exception", "critical"}

KEEPER = """
from zato.server.service import Service

class Keeper(Service):
    def handle(self):
        self.response.payload = {'kept': True}
"""


def logged() -> set[str]:
    """The constant texts of all warnings and errors in the code."""
    found = set()
    for path in Path(zato.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name() | ast.Attribute() | ast.Call(), attr=level),
                    args=[ast.Constant(value=str(text)), *_],
                ) if level in LEVELS and "log" in ast.unparse(node.func.value):
                    found.add(text)
                # What goes on failing is logged by zato.host.ongoing
                case ast.Call(func=ast.Name("Ongoing"), args=[_, ast.Constant(value=str(text)), *_]):
                    found.add(text)
                case ast.Call(func=ast.Attribute(attr="_failing"), args=[ast.Constant(value=str(text)), *_]):
                    found.add(text)
    return found


def test_every_warning_and_error_that_is_logged_is_explained() -> None:
    events = logged()
    assert len(events) > 20
    assert sorted(event for event in events if f"`{event}`" not in DOCUMENT) == []


def test_every_event_that_is_explained_is_logged() -> None:
    explained = re.findall(r"(?m)^\| `([a-z]+(?:_[a-z]+)+)` \|", DOCUMENT)
    assert len(explained) > 20
    assert sorted(set(explained) - logged()) == []


@pytest.fixture
def directory() -> Iterator[Path]:
    with TemporaryDirectory(prefix="zato-") as made:
        (Path(made) / ".venv").symlink_to(Path(sys.prefix))
        yield Path(made)


def test_a_cluster_comes_back_from_a_backup_that_was_made_while_it_ran(directory: Path) -> None:
    section = BACKUP.partition("## Restoring")[2].partition("On an appliance")[0]
    backup, restore = (step for step in reading.steps_of(section) if step.kind == "console")
    key = {"X-API-Key": "a-long-secret-for-the-test"}
    saved = RunningCluster(directory / ".zato", "--workers", "1")
    try:
        saved.start()
        (directory / "keeper.py").write_text(KEEPER)
        saved.zato("service", "deploy", str(directory / "keeper.py"))
        saved.zato("config", "set", "security-api-key", "shop", f"key={key['X-API-Key']}")
        saved.zato("config", "set", "channel-rest", "kept", "service=keeper.keeper", "path=/kept", "security=shop")
        assert running.fits(backup.text, running.run(backup.name, directory).stdout)
        saved.zato("config", "delete", "channel-rest", "kept")
    finally:
        saved.stop()
    found = running.run(restore.name, directory).stdout
    assert running.fits(restore.text, found), found
    restored = RunningCluster(directory / "restored")
    restored.lb_port = saved.lb_port
    try:
        restored.start()
        assert restored.request("GET", "/kept", headers=key).data == b'{"kept":true}'
        assert restored.request("GET", "/kept").status == 401
        # Workers of the cluster that the backup is of are a problem until they are forgotten
        until(lambda: [each["code"] for each in restored.api().status()["findings"]] == ["held"])
        assert restored.zato("cluster", "release").stdout == "Going out: 0 messages.\n"
        assert restored.api().status()["ok"]
    finally:
        restored.stop()
