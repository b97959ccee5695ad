"""A cluster with something in it, that does not run, and its backup. Who changes either puts it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.scenarios.moving import all_contents, fill
from zato.backup.saving import save
from zato.core.message import Message
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster
from zato.odb.contents import Contents
from zato.odb.messages import Messages
from zato.odb.opening import open_odb
from zato.quickstart.create import create

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def quiet(_line: str) -> None:
    """Says nothing."""


MARKED = {"zt_state", "zt_audit", "zt_session"}
"""Tables in which a restore leaves its mark."""


def contents_of(layout: Layout) -> dict[str, Contents]:
    database = open_odb(load_cluster(layout))
    found = all_contents(database)
    database.dispose()
    return {name: each for name, each in found.items() if name not in MARKED}


def everything(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if ".git" not in path.parts)


@pytest.fixture(scope="session")
def layout() -> Iterator[Layout]:
    with TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        made = Layout(Path(short) / "z")
        create(made, ClusterSettings(), {"workers": 1}, quiet)
        database = open_odb(load_cluster(made))
        fill(database, items=20, revisions=10, deployments=3)
        messages = Messages(database)
        messages.add(Message(id="m1", service="a.b", payload='{"a": "żółw"}', cid="c", sent=NOW, principal="ann"), NOW)
        database.dispose()
        yield made


@pytest.fixture(scope="session")
def saved(layout: Layout) -> Path:
    target = layout.root.parent / "saved.backup"
    save(layout, target, NOW, quiet)
    return target


@pytest.fixture
def empty() -> Iterator[Layout]:
    """A directory for a cluster, which is not there."""
    with TemporaryDirectory(prefix="zato-") as short:
        yield Layout(Path(short) / "y")
