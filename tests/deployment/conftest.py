"""Workers that each follow the log of one ODB for themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support import zygotes
from support.databases import initialised, new_sqlite
from support.deployment_workers import DeploymentWorker
from support.waiting import LATE_SECONDS
from zato.deployment.check import Checker


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    path = tmp_path_factory.mktemp("zygote") / "check.sock"
    pid = zygotes.start(path)
    yield Checker(path, owner=os.getpid(), time_limit_seconds=LATE_SECONDS)
    zygotes.end(pid)


@pytest.fixture
def start(tmp_path: Path, checker: Checker) -> Iterator[Callable[..., DeploymentWorker]]:
    address = new_sqlite(tmp_path)
    initialised(address)
    started: list[DeploymentWorker] = []

    def start_one(**replaced: Any) -> DeploymentWorker:
        worker = DeploymentWorker(f"worker-{len(started) + 1}", address.url, tmp_path, checker)
        for name, value in replaced.items():
            setattr(worker, name, value)
        worker.start()
        started.append(worker)
        return worker

    yield start_one
    for worker in started:
        worker.stop()


@pytest.fixture
def workers(start: Callable[..., DeploymentWorker]) -> list[DeploymentWorker]:
    return [start(), start(), start()]
