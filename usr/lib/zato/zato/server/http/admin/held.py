"""Holding what the cluster sends by itself, and letting it go."""

from __future__ import annotations

from zato.core.errors import Unavailable
from zato.odb.audit import AuditEntry
from zato.security.authorisation import Right
from zato.server.http.admin import shapes
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.route import Answer, Call, Route

HELD = "/zato/api/held"


class HoldOperations:
    """Handlers of the routes about what is held."""

    def __init__(self, collaborators: AdminCollaborators) -> None:
        self._state = collaborators.state
        self._letters = collaborators.letters
        self._clock = collaborators.clock

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "PUT",
                HELD,
                "hold",
                "Have what goes out, such as asynchronous messages, wait; requests are answered",
                self.hold,
                Right.OPERATE,
                shapes.Released,
                takes=shapes.HoldReason,
            ),
            Route("DELETE", HELD, "release", "Let what is held go", self.release, Right.OPERATE, shapes.Released),
        )

    def hold(self, call: Call) -> Answer:
        reason: shapes.HoldReason = call.body
        changed = self._state.hold(reason.reason, self._entry(call, "hold", reason.reason))
        return Answer(shapes.Released(changed=changed, messages=self._waiting()))

    def release(self, call: Call) -> Answer:
        changed = self._state.release(self._entry(call, "release", None))
        return Answer(shapes.Released(changed=changed, messages=self._waiting()))

    def _waiting(self) -> int | None:
        try:
            return self._letters.counts().waiting
        except Unavailable:
            return None

    def _entry(self, call: Call, action: str, detail: str | None) -> AuditEntry:
        by = call.by
        return AuditEntry(
            self._clock.now(), by.principal, by.cid, action, "cluster", "ok", detail=detail, origin=by.origin
        )
