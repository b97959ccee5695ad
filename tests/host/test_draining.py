"""The marker that a server is about to stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.host.draining import Draining


@pytest.fixture
def draining(tmp_path: Path) -> Draining:
    return Draining(tmp_path / "draining")


def test_a_server_drains_from_when_it_begins_until_it_ends(draining: Draining, tmp_path: Path) -> None:
    assert not draining.begun()
    draining.begin()
    draining.begin()
    assert draining.begun()
    assert Draining(tmp_path / "draining").begun()  # as another process sees it
    draining.end()
    draining.end()
    assert not draining.begun()
