"""Sessions of people: opened with a user name and a password, listed and ended."""

from __future__ import annotations

from datetime import timedelta

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import people as schemas
from zato.config.kinds import SecurityBasic
from zato.core.clock import Clock
from zato.core.errors import Forbidden, NotFound, Unauthorized, ZatoError
from zato.core.principal import Authentication, Right
from zato.odb.audit import AuditEntry
from zato.odb.sessions import KIND, Session, Sessions
from zato.security.authorisation import may
from zato.security.second_factor import CodeNeeded, SecondFactor
from zato.security.sessions import new_token

SESSIONS = "/zato/api/sessions"
CURRENT = "current"


class SessionOperations:
    """Handlers of the routes about sessions."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        worker: RunningWorker,
        clock: Clock,
        second_factor: SecondFactor,
        recorder: AuditRecorder,
    ) -> None:
        self._sessions = sessions
        self._worker = worker
        self._clock = clock
        self._second_factor = second_factor
        self._recorder = recorder

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        oneself = Right.KNOW_ONESELF
        return (
            Route(
                "POST",
                SESSIONS,
                "open-session",
                "Open a session with a user name and a password, and a code of whoever has a second factor; the token, "
                "shown this once, is sent as a bearer token",
                self.open,
                oneself,
                schemas.OpenedSession,
                request=schemas.NewSession,
                status=201,
                known_by=Authentication.BASIC,
            ),
            Route(
                "GET",
                SESSIONS,
                "list-sessions",
                "One's own sessions; an administrator may ask for those of others",
                self.list,
                oneself,
                schemas.Sessions,
                query=schemas.SessionsQuery,
            ),
            Route(
                "DELETE",
                SESSIONS + "/{session}",
                "end-session",
                f"End a session, by its id, or the one that is used for it: `{CURRENT}`",
                self.end,
                oneself,
                schemas.EndedSession,
            ),
        )

    def open(self, call: Call) -> Answer:
        body: schemas.NewSession = call.body
        snapshot = self._worker.current()
        # Again, and as of the same moment as the revision: what the password belongs to may have changed meanwhile
        known = snapshot.security.authenticate(call.environ)
        principal = next((one for one in known if one.authentication is Authentication.BASIC), None)
        item = None if principal is None else snapshot.configuration.get(KIND, principal.name)
        if principal is None or item is None or not isinstance(item.value, SecurityBasic):
            raise Unauthorized
        if not principal.roles:
            raise Forbidden(
                f"{principal.name} has no role, and so no use for a session; an administrator can give one."
            )
        self._check_code(principal.name, body.code, call)
        now = self._clock.now()
        expires = now + timedelta(seconds=body.seconds)
        if item.value.expires is not None:
            expires = min(expires, item.value.expires)
        token, by = new_token(), call.by
        session = Session(
            id=token.session_id,
            principal=principal.name,
            revision=item.revision,
            roles=tuple(sorted(principal.roles)),
            created=now,
            expires=expires,
            idle=timedelta(seconds=min(body.idle_seconds, body.seconds)),
            used=now,
            client=body.client,
            address=by.origin.address,
        )
        subject = f"session:{session.id}"
        entry = AuditEntry(now, principal.name, call.cid, "open-session", subject, "ok", origin=by.origin)
        self._sessions.open(session, token.digest, entry)
        shown = _shown(session, None)
        return Answer(
            schemas.OpenedSession(token=token.token, session=shown), 201, {"Location": f"{SESSIONS}/{session.id}"}
        )

    def _check_code(self, name: str, code: str | None, call: Call) -> None:
        if not self._second_factor.demanded(name):
            return
        if code is None:
            raise CodeNeeded(name)
        try:
            self._second_factor.check(name, code, by=call.by)
        except ZatoError as error:
            self._recorder.note("open-session", f"security-basic:{name}", call.by, error)
            raise

    def list(self, call: Call) -> Answer:
        query: schemas.SessionsQuery = call.query
        own = call.principal.name
        whose = None if query.everybodys else query.principal or own
        if whose != own and not may(call.principal, Right.ADMINISTER):
            raise Forbidden(f"{own} may see sessions of their own only; those of others take the role admin.")
        now = self._clock.now()
        there = [one for one in self._sessions.all(whose) if now < one.expires and now - one.used <= one.idle]
        return Answer(schemas.Sessions(sessions=[_shown(one, call.principal.session) for one in there]))

    def end(self, call: Call) -> Answer:
        asked = call.params["session"]
        session_id = call.principal.session if asked == CURRENT else asked
        if session_id is None:
            raise NotFound("This request is not a session's, so there is none to be ended.", code="no-such-session")
        mine = {one.id for one in self._sessions.all(call.principal.name)}
        by = call.by
        subject = f"session:{session_id}"[:255]
        entry = AuditEntry(self._clock.now(), by.principal, by.cid, "end-session", subject, "ok", origin=by.origin)
        allowed = session_id in mine or may(call.principal, Right.ADMINISTER)
        if not allowed or not self._sessions.end(session_id, entry):
            raise NotFound(
                f"There is no session {session_id[:40]!r} of yours; see: zato user sessions", code="no-such-session"
            )
        return Answer(schemas.EndedSession(id=session_id))


def _shown(session: Session, current: str | None) -> schemas.Session:
    return schemas.Session(
        id=session.id,
        principal=session.principal,
        roles=list(session.roles),
        created=session.created,
        expires=session.expires,
        idle_seconds=int(session.idle.total_seconds()),
        used=session.used,
        client=session.client,
        address=session.address,
        current=session.id == current,
    )
