"""The admin API over a real embedded ODB, with real services; only the deployer and the network are stood in for."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import falcon
import pytest
from falcon.testing import Result, TestClient

from support.passwords import AnyPassword, basic
from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.here import ServersHere
from zato.admin_api.resource import AdminShell
from zato.admin_api.route import Route
from zato.admin_api.routes import add_routes
from zato.admin_api.running import RunningWorker
from zato.admin_api.this_machine import Machine
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.session import BrokerSession, Embedded
from zato.cluster.enrolment import Enrolment
from zato.cluster.signing.client import Signs
from zato.cluster.signing.signer import Signer
from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.publisher import Author, Preview, Publisher, Summary
from zato.config.secrets import SecretBox
from zato.connector.ping import PingResult
from zato.core.errors import InvalidInput, NotFound, ZatoError
from zato.core.principal import Role
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.deployer import Deployer
from zato.deployment.loader import CodeSet
from zato.deployment.package_agreement import PackageAgreement
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.logbook.ring_reader import RingReader
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.deployments import Deployment, Deployments, DeploymentState
from zato.odb.kept import kept
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.migrate import init
from zato.odb.second_factors import SecondFactors
from zato.odb.sessions import Sessions
from zato.pki.authority import Authority
from zato.security.authentication import SecurityIndex
from zato.security.second_factor import SecondFactor
from zato.security.sessions import PeopleSessions
from zato.server.wiring.admin_api import admin_routes
from zato.server.wiring.messaging import Messaging
from zato.server.wiring.persistence import persistence_of
from zato.service.user_config import UserConfig
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.dispatcher import Dispatcher
from zato.serving.http.errors import add_error_handlers
from zato.serving.http.request import ZatoRequest
from zato.serving.http.routes import RouteTable
from zato.serving.limited import LimitedCalls
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.limits.limit import principals_limits
from zato.serving.served_revision import ServedRevision
from zato.serving.snapshot import Snapshot
from zato.serving.switch import Switch

PASSWORD = "a password nobody may see"
KEY = "a-key-that-nobody-may-see"
BY = Author("test", "cid-of-the-test")

SERVICES = b"""
import msgspec
from zato.server.service import Int, Service

class Echo(Service):
    name = "demo.echo"

    def handle(self):
        self.response.payload = {"echo": self.request.payload, "principal": self.request.principal.name}

class Fails(Service):
    name = "demo.fails"

    def handle(self):
        raise RuntimeError("a secret in an exception")

class Part(msgspec.Struct):
    size: int

class Order(msgspec.Struct):
    sku: str
    parts: list[Part]

class Typed(Service):
    '''Takes an order.

    In two parts.
    '''

    name = "demo.typed"
    input = Order
    output = Int("number")

    def handle_GET(self):
        pass

class Http(Service):
    name = "demo.http"

    def handle(self):
        http = self.request.http
        self.response.payload = [http.method, http.path, dict(http.GET), http.headers.get("x-app"), dict(http.params)]

class Teapot(Service):
    name = "demo.teapot"

    def handle(self):
        self.response.status_code = 418
        self.response.payload = "short and stout"
"""


class SettableClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.time = datetime(2027, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self.time.timestamp()


class Worker(RunningWorker):
    """The real view of a worker, but for what reaches out."""

    def __init__(self, switch: Switch[ServedRevision], asynchronous: AsyncInvocations) -> None:
        super().__init__(switch, asynchronous, SecretBox(b"k" * 32))
        self.pinged: list[tuple[str, str]] = []
        self.tried: list[Item] = []

    def ping(self, kind: str, name: str, cid: str) -> PingResult:
        self.pinged.append((kind, name))
        return PingResult(False, "connect", "Connection refused.", 1.26)

    def try_out(self, item: Item, cid: str) -> PingResult:
        self.tried.append(item)
        return PingResult(True, "done", "It works.", 1.26)


class ImmediateDeployer(Deployer):
    """Deploys at once; refuses what does not look like Python, as the real one would."""

    def __init__(self, deployments: Deployments, publisher: Publisher, clock: SettableClock) -> None:
        self._deployments = deployments
        self._publisher = publisher
        self._clock = clock
        self.fails_with: ZatoError | None = None
        self.checks_fail_with: ZatoError | None = None

    def deploy(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        if self.fails_with is not None:
            raise self.fails_with
        added = self._deployments.add(
            file_name=file_name,
            module=file_name.partition(".")[0],
            form="py",
            source=source,
            sha256=sha256(source).hexdigest(),
            author=by.principal,
            cid=by.cid,
            at=self._clock.now(),
        )
        if b"syntax error" in source:
            self._deployments.set_state(
                added.id,
                {DeploymentState.CHECKING},
                DeploymentState.REJECTED,
                reason="invalid syntax",
                reason_file=file_name,
                reason_line=3,
            )
            details = ("reason: invalid syntax", f"file: {file_name}", "line: 3")
            raise InvalidInput(f"{file_name}:3: invalid syntax", code="deployment-rejected", details=details)
        return self.activate(added.id, by=by)

    def begin(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        return self.deploy(file_name, source, by=by)

    def deploy_together(self, files: Mapping[str, bytes], *, by: Author) -> list[Deployment]:
        return [self.deploy(name, source, by=by) for name, source in files.items()]

    def activate(self, deployment_id: int, *, by: Author) -> Deployment:
        found = self._deployments.get(deployment_id)
        value = {
            "deployment_id": found.id,
            "sha256": found.sha256,
            "module": found.module,
            "services": [f"{found.module}.it"],
            "switch_at": self._clock.now().isoformat(),
        }
        try:
            item = self._publisher.update("deployment", found.file_name, value, by=by)
        except NotFound:
            item = self._publisher.create("deployment", found.file_name, value, by=by)
        self._deployments.set_state(
            found.id, set(DeploymentState), DeploymentState.ACTIVE, revision=item.revision, services=[]
        )
        return self._deployments.get(found.id)

    def undeploy(self, *file_names: str, by: Author) -> int:
        return self._publisher.delete_together("deployment", dict.fromkeys(file_names), by=by)

    def preview_deploy(self, file_name: str, source: bytes, *, by: Author) -> Preview:
        return self._publisher.preview(lambda publisher: None)

    def preview_together(self, files: Mapping[str, bytes], *, by: Author) -> Preview:
        return self._publisher.preview(lambda publisher: None)

    def preview_activate(self, deployment_id: int, *, by: Author) -> Preview:
        self._check()
        return self._publisher.preview(lambda publisher: None)

    def _check(self) -> None:
        if self.checks_fail_with is not None:
            raise self.checks_fail_with

    def preview_undeploy(self, *file_names: str, by: Author) -> Preview:
        self._check()
        return self._publisher.preview(
            lambda publisher: publisher.delete_together("deployment", dict.fromkeys(file_names), by=by)
        )


class UnresolvedPackages(PackageAgreement):
    """Takes what it is given as what was resolved."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.fails_with: ZatoError | None = None

    def current(self) -> Item | None:
        try:
            return self._publisher.get("packages", "packages")
        except NotFound:
            return None

    def agree(self, given: Any, revision: int | None, *, by: Author) -> Item:
        if self.fails_with is not None:
            raise self.fails_with
        body = {"requirements": given.requirements, "resolved": given.requirements.split()}
        if self.current() is None:
            self._publisher.create("packages", "packages", body, by=by)
        else:
            self._publisher.update("packages", "packages", body, revision, by=by)
        return self._publisher.get("packages", "packages")


class RollbackWithoutCode(ClusterRollback):
    """Rolls back without code."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def rollback(self, to_revision: int, *, by: Author, with_security: bool = False) -> Summary:
        return self._publisher.rollback_all(
            to_revision, by=by, prepare=lambda base, changes: changes, with_security=with_security
        )

    def preview(self, to_revision: int, *, by: Author, with_security: bool = False) -> Preview:
        return self._publisher.preview(
            lambda publisher: publisher.rollback_all(
                to_revision, by=by, prepare=lambda base, changes: changes, with_security=with_security
            )
        )


@functools.cache
def codes() -> CodeSet:
    """The services; a set of code is never changed, so all tests have the same."""
    return CodeSet().with_deployment("demo.py", SERVICES, 1)


class World:
    """The application and everything behind it, in the directory of an ODB that `prepare` has made."""

    def __init__(self, database: Database) -> None:
        self.clock = SettableClock()
        self.database = database
        self.pki = Path(database.file or "").parent / "pki"
        self.log_directory = self.pki.with_name("log")
        self.odb = "postgresql+psycopg2://zato:secret@database.example.com/zato"
        self.odb_ca = ""
        self.log = ConfigurationLog(database)
        self.box = SecretBox(b"k" * 32)
        self.publisher = Publisher(self.log, self.box, self.clock)
        self.deployments = Deployments(database)
        self.deployer = ImmediateDeployer(self.deployments, self.publisher, self.clock)
        self.packages = UnresolvedPackages(self.publisher)
        self.members = Members(database)
        self.audit = AuditLog(database)
        self.recorder = AuditRecorder(self.audit, self.clock)
        self.sessions = Sessions(database)
        self.second_factor = SecondFactor(SecondFactors(database), self.box, self.clock, "Zato test")
        self.counted: list[tuple[str, int]] = []
        self.refused: list[tuple[str, str, str]] = []
        self.invocations = EmbeddedInvocations(database, self.clock)
        self.asynchronous = AsyncInvocations(self.invocations, self.clock)
        self.codes = codes()
        self.typed_line = SERVICES.decode().splitlines().index("class Typed(Service):") + 1
        self.switch: Switch[ServedRevision] = Switch(self._served())
        self.worker = Worker(self.switch, self.asynchronous)
        self.broker: BrokerSession = Embedded()
        self.signer: Signs = Signer(self.pki, self.clock)
        self.serve()

    def serve(self) -> None:
        """Builds the application, anew where something of the world was replaced."""
        app: Any = falcon.App(request_type=ZatoRequest)
        add_error_handlers(app)
        add_routes(app, self.table, self.shell)
        self.app = app
        self.client = TestClient(app)

    @property
    def table(self) -> tuple[Route, ...]:
        """All operations, put together as a server does it."""
        publisher, members = self.publisher, self.members
        return admin_routes(
            persistence=persistence_of(self.database, b"k" * 32),
            messaging=Messaging(self.broker, self.invocations, self.asynchronous),
            publisher=publisher,
            deployer=self.deployer,
            rollback=RollbackWithoutCode(publisher),
            packages=self.packages,
            worker=self.worker,
            enrolment=Enrolment(
                self.signer,
                publisher,
                members,
                cluster=ClusterSettings(odb=self.odb, odb_ca=self.odb_ca),
                authority=self.pki / "ca.crt",
                secret_key=b"k" * 32,
            ),
            second_factor=self.second_factor,
            recorder=self.recorder,
            replaced=lambda: None,
            kept=lambda: kept(self.database),
            days={"audit": 365},
            log_reader=RingReader(self.log_directory),
            here=ServersHere(members, lambda: (1, 2)),
            machine=Machine(Layout(self.pki.parent)),
            clock=self.clock,
            version="1.2.3",
        )

    @property
    def shell(self) -> AdminShell:
        return AdminShell(
            worker=self.worker,
            people=PeopleSessions(self.sessions, self.clock),
            second_factor=self.second_factor,
            admission=Admission(SharedCounters(), lambda what, name, field: self.refused.append((what, name, field))),
            recorder=self.recorder,
            count=lambda operation, status, seconds: self.counted.append((operation, status)),
        )

    def _served(self) -> ServedRevision:
        configuration = Configuration.from_items(*self.log.items_with_revision())
        security = SecurityIndex(configuration, self.box, AnyPassword())
        snapshot = Snapshot(
            configuration=configuration,
            codes=self.codes,
            security=security,
            settings=ServerSettings(time_limit_seconds=10),
            limits={},
            inactive=frozenset(),
            principals=principals_limits(configuration),
            outgoing=None,  # type: ignore[arg-type]  # the services here call nobody
            user_config=UserConfig({}),
            problems=security.problems,
        )
        return ServedRevision(snapshot, Dispatcher(snapshot, LimitedCalls(), self.asynchronous), RouteTable(()))

    def refresh(self) -> None:
        """Let the worker serve from what the ODB has now."""
        self.switch.set(self._served())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "admin",
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        content_type: str | None = None,
        environ: dict[str, Any] | None = None,
    ) -> Result:
        """One request; `path` comes after /zato/api."""
        all_headers = dict(headers or {})
        if user is not None:
            all_headers |= basic(user, "any")
        if content_type is not None:
            all_headers["Content-Type"] = content_type
        path, _, query = path.partition("?")
        arguments: dict[str, Any] = {"headers": all_headers, "query_string": query, "extras": environ or {}}
        if raw is not None:
            arguments["body"] = raw
        elif body is not None:
            arguments["json"] = body
        return self.client.simulate_request(method, f"/zato/api{path}", **arguments)


def prepare(directory: Path) -> None:
    """An ODB with a user of each role and one of none, and an authority."""
    path = directory / "odb.sqlite"
    database = Database(f"sqlite:///{path}")
    init(database, "test")
    publisher = Publisher(ConfigurationLog(database), SecretBox(b"k" * 32), SettableClock())
    for role in Role:
        body = {"username": role.value, "password": PASSWORD, "roles": [role.value]}
        publisher.create("security-basic", role.value, body, by=BY)
    publisher.create("security-basic", "nothing", {"username": "nothing", "password": PASSWORD}, by=BY)
    database.dispose()
    Authority(directory / "pki", SettableClock()).create("zato")


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
