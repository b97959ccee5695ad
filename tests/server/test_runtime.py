"""Workers without HTTP clients: what they say of themselves, and what they do while the ODB is away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import falcon.testing
import pytest

from support.databases import initialised, new_sqlite
from support.waiting import PATIENCE_SECONDS, until
from zato.broker.embedded import EmbeddedInvocations
from zato.config.configuration import EMPTY, Configuration
from zato.config.disk import DiskSnapshot
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.connector.connections import OutgoingConnections
from zato.core.clock import SystemClock
from zato.deployment.code import CodeLoader
from zato.deployment.loader import CodeSet
from zato.host.draining import Draining
from zato.host.settings import ServerSettings
from zato.metrics import Exposition, Metrics
from zato.odb.database import Database
from zato.odb.deployments import Deployments
from zato.odb.log import ConfigurationLog
from zato.odb.members import UNKNOWN_LOAD, Load, Members
from zato.security.hashing import Hashing
from zato.security.passwords import Passwords
from zato.server.runtime import Runtime
from zato.service.user_config import UserConfigFile
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.building import RevisionBuilder
from zato.serving.http.app import HttpApplication
from zato.serving.http.fixed import add_fixed_routes
from zato.serving.http.own_paths import own_paths
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.staleness import Staleness, Visits
from zato.serving.switch import Switch

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SILENT = timedelta(seconds=60)


class SettableClock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


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
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An ODB that is there and empty."""
    return initialised(new_sqlite(tmp_path)).url


@pytest.fixture
def make(tmp_path: Path, url: str, metrics: Metrics, clock: SettableClock) -> Iterator[Callable[..., Runtime]]:
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


@pytest.fixture
def members(url: str) -> Iterator[Members]:
    """In the ODB of the workers."""
    database = Database(url)
    yield Members(database)
    database.dispose()


def names(members: Members) -> list[str]:
    return [row.worker for row in members.workers()]


def client(runtime: Runtime, marker: Path) -> falcon.testing.TestClient:
    staleness = Staleness(Visits())
    own = own_paths()
    admission = Admission(SharedCounters(), lambda what, name, field: None)
    add_fixed_routes(own, runtime.switch, Draining(marker), staleness, admission, Exposition(1, ()))
    return falcon.testing.TestClient(HttpApplication(runtime.switch, staleness, own))


def beat_of(members: Members, worker: str) -> datetime | None:
    return next((row.beat for row in members.workers() if row.worker == worker), None)


def go_on(clock: SettableClock, members: Members, worker: str, seconds: int) -> None:
    """So many seconds pass, in each of which the worker has beaten."""
    for _ in range(seconds):
        clock.seconds += 1
        until(lambda: beat_of(members, worker) == clock.now())


def test_a_worker_that_died_is_listed_until_it_was_silent_for_long(
    make: Callable[..., Runtime], members: Members, clock: SettableClock
) -> None:
    members.register_worker(1, "dead", clock.now())
    members.register_worker(2, "of-another-server", clock.now())
    make("alive").start()
    go_on(clock, members, "alive", 60)
    assert names(members) == ["alive", "dead", "of-another-server"]
    go_on(clock, members, "alive", 11)
    until(lambda: names(members) == ["alive", "of-another-server"])


def test_an_odb_that_was_away_buries_nobody_before_all_could_beat(
    make: Callable[..., Runtime], members: Members, clock: SettableClock
) -> None:
    make("quick").start()
    members.register_worker(1, "slower", clock.now())
    go_on(clock, members, "quick", 15)
    members.beat("slower", 0, clock.now())
    clock.seconds += 300
    go_on(clock, members, "quick", 5)
    assert names(members) == ["quick", "slower"]
    go_on(clock, members, "quick", 10)
    until(lambda: names(members) == ["quick"])


def test_a_worker_that_is_not_listed_any_more_registers_again(
    make: Callable[..., Runtime], members: Members, clock: SettableClock
) -> None:
    """As in an ODB that was restored from a backup."""
    make("worker").start()
    members.register_server(1, "of-the-backup", "0.1", START)
    members.forget("worker")
    clock.seconds += 2
    until(lambda: beat_of(members, "worker") == clock.now())
    (server,) = members.servers()
    assert (server.number, server.registered) == (1, clock.now())


def test_a_worker_that_stops_while_it_beats_is_not_listed_again(make: Callable[..., Runtime], members: Members) -> None:
    beats = threading.Semaphore(0)
    stopped = threading.Event()

    class SlowToBeat(Members):
        def beat(
            self,
            worker: str,
            applied_revision: int,
            at: datetime,
            load: Load = UNKNOWN_LOAD,
            *,
            announced: bool = True,
        ) -> bool:
            beats.release()
            stopped.wait(PATIENCE_SECONDS)
            return super().beat(worker, applied_revision, at, load, announced=announced)

    runtime = make("worker", kind=SlowToBeat)
    starting = threading.Thread(target=runtime.start)
    starting.start()
    assert beats.acquire(timeout=PATIENCE_SECONDS)
    runtime.stop()
    stopped.set()
    starting.join()
    assert names(members) == []


def test_a_worker_that_knows_no_configuration_is_not_healthy_and_denies_no_channel(
    make: Callable[..., Runtime], tmp_path: Path
) -> None:
    there, away = tmp_path / "there", tmp_path / "away"
    there.mkdir()
    url = initialised(new_sqlite(there)).url
    there.rename(away)
    runtime = make("worker", url=url, snapshot=tmp_path / "none.json")
    http = client(runtime, tmp_path / "draining")
    runtime.start()
    assert http.simulate_get("/zato/health").status_code == 503
    answer = http.simulate_get("/anything")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "no-configuration")
    assert "retry-after" in answer.headers
    away.rename(there)
    until(lambda: http.simulate_get("/zato/health").status_code == 200)
    assert http.simulate_get("/anything").status_code == 404


def test_a_worker_that_knows_the_last_configuration_is_healthy_without_the_odb(
    make: Callable[..., Runtime], tmp_path: Path
) -> None:
    DiskSnapshot(tmp_path / "last.json").save(Configuration.from_items(7, []))
    runtime = make("worker", url=f"sqlite:///{tmp_path}/away/odb.sqlite", snapshot=tmp_path / "last.json")
    http = client(runtime, tmp_path / "draining")
    assert http.simulate_get("/zato/health").status_code == 503
    runtime.start()
    assert http.simulate_get("/zato/health").status_code == 200


def test_a_worker_of_a_draining_server_says_so_to_the_balancer(make: Callable[..., Runtime], tmp_path: Path) -> None:
    runtime = make("worker")
    http = client(runtime, tmp_path / "draining")
    runtime.start()
    Draining(tmp_path / "draining").begin()
    assert (http.simulate_get("/zato/health").status_code, http.simulate_get("/zato/ping").status_code) == (404, 200)
    Draining(tmp_path / "draining").end()
    assert http.simulate_head("/zato/health").status_code == 200


def test_a_revision_whose_code_cannot_be_loaded_is_in_force_but_for_its_code_and_not_applied(
    make: Callable[..., Runtime], members: Members, clock: SettableClock, url: str
) -> None:
    database = Database(url)
    publisher = Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    by = Author("ann", "c" * 32)

    def activate(source: bytes) -> None:
        digest = sha256(source).hexdigest()
        added = Deployments(database).add(
            file_name="shop.py", module="shop", form="py", sha256=digest, source=source, author="ann", cid="c", at=START
        )
        body = {
            "deployment_id": added.id,
            "sha256": digest,
            "module": "shop",
            "services": [],
            "switch_at": START.isoformat(),
        }
        if added.id == 1:
            publisher.create("deployment", "shop.py", body, by=by)
        else:
            publisher.update("deployment", "shop.py", body, by=by)

    activate(b"from zato.server.service import Service\nclass A(Service):\n    def handle(self): pass\n")
    runtime = make("alive")
    runtime.start()
    assert runtime.switch.current().snapshot.codes.files["shop.py"].source.deployment_id == 1
    activate(b"1 / 0\n")
    publisher.create("security-tls", "partner", {"subject": "CN=partner"}, by=by)
    until(lambda: runtime.switch.current().snapshot.configuration.get("security-tls", "partner") is not None)
    assert runtime.switch.current().snapshot.codes.files["shop.py"].source.deployment_id == 1
    go_on(clock, members, "alive", 2)
    assert [row.applied_revision for row in members.workers()] == [1]
    database.dispose()
