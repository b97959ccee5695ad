"""What the admin API works with; given by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from zato.admin_api.here import ServersHere
from zato.admin_api.machine import ThisMachine
from zato.admin_api.trail import Trail
from zato.broker.message import Counts, Message
from zato.broker.protocol import Letters
from zato.config.configuration import Configuration
from zato.config.enrolment import Enrolment
from zato.config.first_administrator import FirstAdministrator
from zato.config.follower import Replaced
from zato.config.item import Item
from zato.config.kinds import Packages
from zato.config.publisher import Preview, Publisher, Summary
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.core.principal import Principal
from zato.deployment.loader.uses import Code
from zato.logbook.reader import ReadsLog
from zato.odb.audit import AuditLog
from zato.odb.deployments import Deployment, Deployments
from zato.odb.held_messages import HeldMessages
from zato.odb.kept import Kept
from zato.odb.log import ConfigurationLog
from zato.odb.members import Members
from zato.odb.package_reports import PackageReports
from zato.odb.sessions import Sessions
from zato.odb.state import State
from zato.security.authentication import SecurityIndex
from zato.security.second_factor import SecondFactor
from zato.security.sessions import PeopleSessions
from zato.service.io import IOModel
from zato.service.request import HTTPRequest
from zato.serving.limits.admission import Admission
from zato.serving.limits.limit import Limit


class DeploysFiles(Protocol):
    """Each of these, but for `begin`, is done when it returns, or has raised why it is not."""

    def deploy(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        """The active deployment of the new file."""
        ...

    def begin(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        """The deployment of the new file as it begins; its state says how it ends."""
        ...

    def deploy_together(self, files: Mapping[str, bytes], *, by: Author) -> Sequence[Deployment]:
        """The active deployments of files, in their order: all are active from one moment on, or none is."""
        ...

    def preview_together(self, files: Mapping[str, bytes], *, by: Author) -> Preview:
        """What deploying these files together would change."""
        ...

    def activate(self, deployment_id: int, *, by: Author) -> Deployment:
        """The earlier deployment, active again."""
        ...

    def undeploy(self, *file_names: str, by: Author) -> int:
        """The revision from which the files' services are gone."""
        ...

    def preview_deploy(self, file_name: str, source: bytes, *, by: Author) -> Preview:
        """What `deploy` would change."""
        ...

    def preview_activate(self, deployment_id: int, *, by: Author) -> Preview:
        """What `activate` would change."""
        ...

    def preview_undeploy(self, *file_names: str, by: Author) -> Preview:
        """What `undeploy` would change."""
        ...


class DeclaresPackages(Protocol):
    """Third-party packages for services."""

    def current(self) -> Item | None:
        """What is declared."""
        ...

    def agree(self, given: Packages, revision: int | None, *, by: Author) -> Item:
        """The new declaration, which is known to work on this server."""
        ...


class RollsBack(Protocol):
    """Done on all live workers when it returns, or has raised why it is not."""

    def rollback(self, to_revision: int, *, by: Author, with_security: bool = False) -> Summary:
        """What had to be changed to have everything as it was at a revision."""
        ...

    def preview(self, to_revision: int, *, by: Author, with_security: bool = False) -> Preview:
        """What `rollback` would change."""
        ...


class ServiceFacts(Protocol):
    """What server.registry.ServiceEntry has."""

    @property
    def name(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def file_name(self) -> str: ...
    @property
    def deployment_id(self) -> int: ...
    @property
    def implementation(self) -> type[Any]: ...
    @property
    def input(self) -> IOModel | None: ...
    @property
    def output(self) -> IOModel | None: ...


class FileFacts(Protocol):
    """What server.loader.LoadedFile has."""

    @property
    def lines(self) -> Mapping[str, int | None]:
        """Where the class of each service begins."""
        ...


class HasServices(Protocol):
    """What of server.loader.CodeSet is asked for here."""

    @property
    def services(self) -> Mapping[str, ServiceFacts]: ...
    @property
    def used(self) -> Code: ...
    @property
    def files(self) -> Mapping[str, FileFacts]: ...


class ServesFrom(Protocol):
    """What of this worker's current snapshot is asked for here."""

    @property
    def configuration(self) -> Configuration: ...
    @property
    def security(self) -> SecurityIndex: ...
    @property
    def codes(self) -> HasServices: ...
    @property
    def problems(self) -> tuple[str, ...]: ...
    @property
    def principals(self) -> Mapping[str, Limit]: ...


class PingResult(Protocol):
    """How far a ping of an outgoing connection came."""

    @property
    def ok(self) -> bool: ...
    @property
    def stage(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def milliseconds(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Invoked:
    """What a service answered."""

    status: int
    content_type: str
    body: bytes


class HasBroker(Protocol):
    """This worker's part in the broker."""

    @property
    def label(self) -> str: ...
    @property
    def problem(self) -> str | None: ...
    def kept_elsewhere(self) -> Counts | None: ...


class ThisWorker(Protocol):
    """This worker, as far as the admin API needs it."""

    def current(self) -> ServesFrom:
        """The snapshot for a request that starts now."""
        ...

    @property
    def problem(self) -> ZatoError | None:
        """Why the ODB does not take this worker's heart-beat; None while it does."""
        ...

    def ping(self, kind: str, name: str, cid: str) -> PingResult:
        """Whether an outgoing connection works now. Raises NotFound where this worker has no such connection."""
        ...

    def try_out(self, item: Item, cid: str) -> PingResult:
        """Whether an outgoing connection that is not in the configuration works. Raises InvalidInput."""
        ...

    def invoke(
        self,
        service: str,
        body: bytes,
        *,
        http: HTTPRequest | None,
        principal: Principal,
        cid: str,
        environ: Mapping[str, Any],
    ) -> Invoked:
        """What a service answers to a JSON message, which came in `http` where that is given.

        Raises NotFound, or what the service raised as ZatoError.
        """
        ...

    def invoke_async(self, service: str, payload: Any, *, principal: Principal, cid: str) -> Message:
        """A message to the service that is safe. Raises NotFound, Unavailable, InvalidInput, TooLarge."""
        ...

    def channels_document(self, version: str) -> Mapping[str, Any]:
        """The OpenAPI document of the users' channels; `version` is Zato's."""
        ...


@dataclass(frozen=True, slots=True)
class AdminCollaborators:
    """Everything, by name."""

    publisher: Publisher
    first_administrator: FirstAdministrator
    enrolment: Enrolment
    log: ConfigurationLog
    deployments: Deployments
    deployer: DeploysFiles
    cluster_rollback: RollsBack
    packages: DeclaresPackages
    package_reports: PackageReports
    members: Members
    audit: AuditLog
    trail: Trail
    sessions: Sessions
    people: PeopleSessions
    second_factor: SecondFactor
    state: State
    held: HeldMessages
    replaced: Callable[[], Replaced | None]
    kept: Callable[[], Kept]
    days: Mapping[str, int]
    """For how many days what is kept stays, where this machine is the one that says so."""
    broker: HasBroker
    worker: ThisWorker
    admission: Admission
    letters: Letters
    log_reader: ReadsLog
    here: ServersHere
    machine: ThisMachine
    clock: Clock
    version: str
    count: Callable[[str, int, float], None]
    """Told operation, status and seconds of each request."""
