"""A world of its own for each test of the admin API."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.admin_world import World, prepare
from zato.odb.database import Database


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each test gets a copy of: to hash passwords and to migrate takes longer than most of them."""
    directory = tmp_path_factory.mktemp("prepared")
    prepare(directory)
    return directory


@pytest.fixture
def world(tmp_path: Path, prepared: Path) -> Iterator[World]:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    database = Database(f"sqlite:///{tmp_path / 'odb.sqlite'}")
    yield World(database)
    database.dispose()
