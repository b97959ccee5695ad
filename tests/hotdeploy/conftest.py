"""The daemon on a real directory with a server that records what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.recording_server import RecordingServer
from support.waiting import until
from zato.core.clock import SystemClock
from zato.host.watchdog import Watchdog
from zato.hotdeploy.daemon import PickupDaemon
from zato.hotdeploy.deploying import Deploying


@pytest.fixture
def server() -> RecordingServer:
    return RecordingServer()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "pickup").mkdir()
    return tmp_path / "pickup"


@pytest.fixture
def run(server: RecordingServer, directory: Path) -> Iterator[Callable[[], list[str]]]:
    """Starts a daemon, once it watches; returns what it tells systemd."""
    started: list[tuple[threading.Event, threading.Thread]] = []

    def start() -> list[str]:
        for stop, thread in started:
            stop.set()
            thread.join()
        stop = threading.Event()
        told: list[str] = []
        deploying = Deploying(directory, server, SystemClock(), stop)
        thread = threading.Thread(
            target=PickupDaemon(directory, deploying, stop, Watchdog(SystemClock(), told.append)).run
        )
        thread.start()
        started.append((stop, thread))
        until(lambda: "READY=1" in told)
        return told

    yield start
    for stop, thread in started:
        stop.set()
        thread.join()
