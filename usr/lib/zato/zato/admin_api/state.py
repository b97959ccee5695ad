"""What the cluster is doing, and who is asking."""

from __future__ import annotations

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import people as schemas
from zato.admin_api.schemas.status import Status
from zato.admin_api.status.report import StatusReport, version_of
from zato.config.kinds import KINDS
from zato.core.principal import Right
from zato.security.authorisation import may, right_to_change


class StateOperations:
    """Handlers of the routes about the cluster's state."""

    def __init__(self, report: StatusReport) -> None:
        self._report = report

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", "/zato/api/status", "status", "State of the cluster", self.status, Right.READ, Status),
            Route(
                "GET", "/zato/api/whoami", "whoami", "Who is asking", self.whoami, Right.KNOW_ONESELF, schemas.WhoAmI
            ),
        )

    def status(self, call: Call) -> Answer:
        """Answers 200 whatever is not well."""
        found = self._report.now()
        etag = f'"{version_of(found)}"'
        if call.environ.get("HTTP_IF_NONE_MATCH", "").strip() == etag:
            return Answer(b"", 304, {"ETag": etag})
        return Answer(found, headers={"ETag": etag})

    def whoami(self, call: Call) -> Answer:
        principal = call.principal
        return Answer(
            schemas.WhoAmI(
                name=principal.name,
                authentication=principal.authentication.value,
                roles=sorted(role.value for role in principal.roles),
                rights=[right.name.lower().replace("_", "-") for right in Right if may(principal, right)],
                kinds={
                    kind: schemas.KindRights(
                        read=may(principal, Right.READ), change=may(principal, right_to_change(kind))
                    )
                    for kind in KINDS
                },
                cid=call.cid,
            )
        )
