"""The admin API over a real embedded ODB, with real services; only the deployer and the network are stood in for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import falcon
from falcon.testing import Result, TestClient

from support.admin_deployer import ImmediateDeployer, RollbackWithoutCode, UnresolvedPackages
from support.admin_services import SERVICES, codes
from support.passwords import AnyPassword, basic
from support.set_clock import SetClock
from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.here import ServersHere
from zato.admin_api.resource import AdminShell
from zato.admin_api.route import Route
from zato.admin_api.routes import add_routes
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.this_machine import Machine
from zato.broker.embedded import EmbeddedInvocations
from zato.broker.session import BrokerSession, Embedded
from zato.cluster.enrolment import Enrolment
from zato.cluster.signing.client import Signs
from zato.cluster.signing.signer import Signer
from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.connector.connection import PingResult
from zato.core.principal import Role
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.logbook.ring_reader import RingReader
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.deployments import Deployments
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
START = datetime(2027, 1, 1, tzinfo=UTC)
BY = Author("test", "cid-of-the-test")
CHANNEL = {"service": "demo.echo", "path": "/echo/{id}", "methods": ["GET"]}


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


class World:
    """The application and everything behind it, in the directory of an ODB that `prepare` has made."""

    def __init__(self, database: Database) -> None:
        self.clock = SetClock(START)
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
    publisher = Publisher(ConfigurationLog(database), SecretBox(b"k" * 32), SetClock(START))
    for role in Role:
        body = {"username": role.value, "password": PASSWORD, "roles": [role.value]}
        publisher.create("security-basic", role.value, body, by=BY)
    publisher.create("security-basic", "nothing", {"username": "nothing", "password": PASSWORD}, by=BY)
    database.dispose()
    Authority(directory / "pki", SetClock(START)).create("zato")


def create_channel(world: Any, name: str = "echo", **fields: Any) -> Any:
    """The answer to whoever creates one of REST, which is CHANNEL but for these fields."""
    return world.call("POST", "/items/channel-rest", {"name": name, "value": {**CHANNEL, **fields}})
