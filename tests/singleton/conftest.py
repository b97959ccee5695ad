"""A server whose configuration is under version control."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.databases import initialised, new_sqlite
from support.server_repository import NAME, Kept
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.host.layout import Layout, ServerLayout
from zato.host.server_toml import new_text
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


@pytest.fixture
def paths(tmp_path: Path) -> ServerLayout:
    made = Layout(tmp_path).server(1)
    made.config.mkdir(parents=True)
    return made


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    database = Database(initialised(new_sqlite(tmp_path)).url)
    yield Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    database.dispose()


@pytest.fixture
def kept(paths: ServerLayout, publisher: Publisher) -> Kept:
    """One of a server that was created just now."""
    paths.settings.write_text(new_text({"workers": 2}))
    publisher.create("server", NAME, {"workers": 2}, by=Author("quickstart", "c" * 32))
    made = Kept(paths, publisher)
    made.run()
    return made
