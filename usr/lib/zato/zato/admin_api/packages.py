"""Third-party packages for services: what is declared, and which servers have it."""

from __future__ import annotations

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import packages as schemas
from zato.config.item import Item
from zato.config.kinds import Packages
from zato.config.kinds.packages import PACKAGES as KIND
from zato.core.errors import Conflict, TimeLimitExceeded, Unavailable, ZatoError
from zato.core.principal import Right
from zato.deployment.package_agreement import PackageAgreement
from zato.odb.members import Members
from zato.odb.package_reports import PackageReports

PACKAGES = "/zato/api/packages"


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
            Route("GET", PACKAGES, "get-packages", "Declared packages", self.get, Right.READ, schemas.DeclaredPackages),
            Route(
                "PUT",
                PACKAGES,
                "declare-packages",
                "Declare packages; answers once they are resolved, installed on one server, and fit what is deployed",
                self.declare,
                Right.DEPLOY,
                schemas.DeclaredPackages,
                request=schemas.NewPackages,
                errors=(Conflict, TimeLimitExceeded, Unavailable),
            ),
        )

    def get(self, call: Call) -> Answer:
        return self._shown(self._packages.current())

    def declare(self, call: Call) -> Answer:
        body: schemas.NewPackages = call.body
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
                schemas.ServerPackages(
                    number=row.number,
                    installed=None if report is None else report.installed,
                    reason=None if report is None else report.reason,
                    python=None if report is None else report.python,
                    at=None if report is None else report.at,
                )
            )
        return Answer(
            schemas.DeclaredPackages(
                revision=revision,
                requirements=value.requirements,
                resolved=list(value.resolved),
                require_hashes=value.require_hashes,
                allow_source=value.allow_source,
                servers=servers,
            )
        )
