"""One cluster with a web console for all tests of it, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser

from support.browser import chromium
from support.cluster import RunningCluster
from support.console import await_console, have_person


@pytest.fixture(scope="package")
def console() -> Iterator[RunningCluster]:
    """One server, two workers, and three people: `ann` (admin), `oz` (operator), `vera` (viewer)."""
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "2", "--console")
        try:
            running.start()
            await_console(running)
            have_person(running, "ann", "admin")
            have_person(running, "oz", "operator")
            have_person(running, "vera", "viewer")
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
