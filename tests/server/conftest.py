"""Workers without HTTP clients, on an ODB of their own and a clock that is set."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.databases import initialised, new_sqlite
from support.set_clock import SetClock
from zato.broker.embedded import EmbeddedInvocations
from zato.config.configuration import EMPTY
from zato.config.disk import DiskSnapshot
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.members import Load, Members
from zato.security.hashing import Hashing
from zato.security.passwords import Passwords
from zato.server.runtime import Runtime
from zato.service.user_config import UserConfigFile
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.building import RevisionBuilder
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.staleness import Staleness, Visits
from zato.serving.switch import Switch

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SILENT = timedelta(seconds=60)


class EagerNotifier:
    """Has the log looked at often: what happens then depends on the clock only."""

    interval_seconds = 0.005

    def changed(self) -> bool:
        return True

    def wait(self, stop: threading.Event, seconds: float) -> None:
        stop.wait(min(seconds, self.interval_seconds))


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    """A process can have them once only."""
    return Metrics()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An ODB that is there and empty."""
    return initialised(new_sqlite(tmp_path)).url


@pytest.fixture
def make(tmp_path: Path, url: str, metrics: Metrics, clock: SetClock) -> Iterator[Callable[..., Runtime]]:
    """Workers of server 1."""
    databases: list[Database] = []
    made: list[Runtime] = []

    def one(
        name: str,
        *,
        url: str = url,
        snapshot: Path = tmp_path / "snapshot.json",
        kind: type[Members] = Members,
    ) -> Runtime:
        database = Database(url)
        databases.append(database)
        disk = DiskSnapshot(snapshot)
        builder = RevisionBuilder(
            asynchronous=AsyncInvocations(EmbeddedInvocations(database, clock), clock),
            metrics=metrics,
            secrets=SecretBox(bytes(32)),
            passwords=Passwords(Hashing(lambda: 1)),
            admission=Admission(SharedCounters(), lambda what, name, field: None),
            user_config=UserConfigFile(tmp_path / "user.toml"),
            settings=ServerSettings(time_limit_seconds=5),
            outgoing=OutgoingConnections.empty(tmp_path / "sqlite"),
        )
        runtime = Runtime(
            worker=name,
            server=1,
            log=ConfigurationLog(database),
            notifier=EagerNotifier(),
            members=kind(database),
            switch=Switch(builder.build(EMPTY, CodeSet())),
            builder=builder,
            code=CodeLoader(Deployments(database), disk),
            disk=disk,
            metrics=metrics,
            clock=clock,
            staleness=Staleness(Visits()),
            load=Load,
            silent_after=SILENT,
        )
        made.append(runtime)
        return runtime

    yield one
    for runtime in made:
        runtime.stop()
    for thread in threading.enumerate():
        if thread.name == "follower":
            thread.join()
    for database in databases:
        database.dispose()
