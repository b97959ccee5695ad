"""Third-party packages for services: what is declared, and which servers have it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas.values import RequestSchema, ResponseSchema, Revision
from zato.config.item import Item
from zato.config.kinds import Packages
from zato.config.kinds.packages import PACKAGES as KIND
from zato.core.errors import Conflict, TimeLimitExceeded, Unavailable, ZatoError
from zato.core.principal import Right
from zato.deployment.package_agreement import PackageAgreement
from zato.odb.members import Members
from zato.odb.package_reports import PackageReports

PACKAGES = "/zato/api/packages"


class NewPackages(RequestSchema, frozen=True):
    """Packages that all servers are to have; those of before that are not among them go."""

    requirements: Annotated[str, Meta(max_length=100_000, description="As in a requirements.txt.")]
    require_hashes: bool = False
    allow_source: bool = False
    revision: Revision | None = None
    """Revision of the declaration that the change started from, 0 where there was none."""


class ServerPackages(ResponseSchema, frozen=True):
    """A server; `installed` is null while it has not said anything of what is declared now."""

    number: int
    installed: bool | None
    reason: str | None
    python: str | None
    at: datetime | None


class DeclaredPackages(ResponseSchema, frozen=True):
    """What is declared, the exact versions, and what each server says of it."""

    revision: int
    requirements: str
    resolved: list[str]
    require_hashes: bool
    allow_source: bool
    servers: list[ServerPackages]


class PackageOperations:
    """Handlers of the routes about packages."""

    def __init__(
        self, *, packages: PackageAgreement, package_reports: PackageReports, members: Members, recorder: AuditRecorder
    ) -> None:
        self._packages = packages
        self._reports = package_reports
        self._members = members
        self._recorder = recorder

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", PACKAGES, "get-packages", "Declared packages", self.get, Right.READ, DeclaredPackages),
            Route(
                "PUT",
                PACKAGES,
                "declare-packages",
                "Declare packages; answers once they are resolved, installed on one server, and fit what is deployed",
                self.declare,
                Right.DEPLOY,
                DeclaredPackages,
                request=NewPackages,
                errors=(Conflict, TimeLimitExceeded, Unavailable),
            ),
        )

    def get(self, call: Call) -> Answer:
        return self._shown(self._packages.current())

    def declare(self, call: Call) -> Answer:
        body: NewPackages = call.body
        given = Packages(
            requirements=body.requirements, require_hashes=body.require_hashes, allow_source=body.allow_source
        )
        try:
            return self._shown(self._packages.agree(given, body.revision, by=call.by))
        except ZatoError as error:
            self._recorder.note("declare-packages", "packages:packages", call.by, error)
            raise

    def _shown(self, item: Item | None) -> Answer:
        value = Packages() if item is None else KIND.value_of(item)
        revision = 0 if item is None else item.revision
        said = {each.server: each for each in self._reports.all() if each.revision == revision}
        servers = []
        for row in self._members.servers():
            report = said.get(row.number)
            servers.append(
                ServerPackages(
                    number=row.number,
                    installed=None if report is None else report.installed,
                    reason=None if report is None else report.reason,
                    python=None if report is None else report.python,
                    at=None if report is None else report.at,
                )
            )
        return Answer(
            DeclaredPackages(
                revision=revision,
                requirements=value.requirements,
                resolved=list(value.resolved),
                require_hashes=value.require_hashes,
                allow_source=value.allow_source,
                servers=servers,
            )
        )
