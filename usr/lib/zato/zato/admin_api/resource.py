"""The shell around every operation: authenticate, authorise, read, handle, answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import falcon
import msgspec

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route, author_of
from zato.admin_api.running_worker import RunningWorker
from zato.core.errors import Forbidden, ZatoError
from zato.core.principal import ANONYMOUS, Authentication, Principal, Role
from zato.host.logs import get_logger
from zato.security.authentication import INTERNAL_DOOR
from zato.security.authorisation import authorise
from zato.security.second_factor import CodeNeeded, SecondFactor
from zato.security.sessions import PeopleSessions, bearer_token
from zato.serving.http.request import ZatoRequest
from zato.serving.http.request_parts import (
    JSON,
    check_content_type,
    read_body,
    read_json,
    read_query,
    refuse_cross_site,
)
from zato.serving.limits.admission import Admission

_encoder = msgspec.json.Encoder()
_log = get_logger("zato.admin")

Responder = Callable[..., None]


class AdminShell:
    """What surrounds the operations of all paths."""

    def __init__(
        self,
        *,
        worker: RunningWorker,
        people: PeopleSessions,
        second_factor: SecondFactor,
        admission: Admission,
        recorder: AuditRecorder,
        count: Callable[[str, int, float], None],
    ) -> None:
        """`count` is told operation, status and seconds of each request."""
        self._worker = worker
        self._people = people
        self._second_factor = second_factor
        self._admission = admission
        self._recorder = recorder
        self._count = count

    def responder(self, route: Route) -> Responder:
        """What Falcon calls for it."""

        def respond(req: ZatoRequest, resp: falcon.Response, **params: str) -> None:
            # What may be a secret's only showing, and is about one principal, must stay in no cache.
            resp.set_headers({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Zato-CID": req.cid})
            started, status = time.perf_counter(), 500
            try:
                answer = self._handle(route, req, params)
                status = answer.status
            except ZatoError as error:
                status = error.status
                if route.open and error.message_outside is not None:
                    _log.warning(error.message, operation=route.operation, cid=req.cid, code=error.code)
                    raise error.outside() from error
                raise
            finally:
                self._count(route.operation, status, time.perf_counter() - started)
            resp.status = answer.status
            if answer.status != 304:  # which has none, and no body
                resp.content_type = answer.content_type
            resp.data = answer.body if isinstance(answer.body, bytes) else _encoder.encode(answer.body)
            resp.set_headers(dict(answer.headers))

        return respond

    def _handle(self, route: Route, req: ZatoRequest, params: dict[str, str]) -> Answer:
        environ = req.env
        principals = () if route.open else self._principals(route, environ)
        try:
            principal = ANONYMOUS if route.open else authorise(principals, route.right_for(params))
            refuse_cross_site(environ)
        except Forbidden as error:
            if principals:  # strangers cannot fill the audit log
                subject = ":".join(params.values()) or route.path
                self._recorder.refused(route.operation, subject, author_of(principals[0], req.cid, environ), error)
            raise
        # An administrator's are counted, never refused: a limit that is too low can be raised by nobody else
        refuse = Role.ADMIN not in principal.roles
        limits = self._worker.current().principals
        with self._admission.admit(principal, limits, environ.get("zato.request"), refuse=refuse):
            return self._answer(route, req, params, principal)

    def _principals(self, route: Route, environ: Mapping[str, Any]) -> tuple[Principal, ...]:
        """A session's token decides alone: whatever else the client has, a person acts with their own rights.

        Raises CodeNeeded where all that there is is the password of somebody who has a second factor.
        """
        security = self._worker.current().security
        token = None if environ.get(INTERNAL_DOOR) is True else bearer_token(environ)
        if token is not None:
            found: tuple[Principal, ...] = (self._people.principal(token, *security.guesses(environ)),)
        else:
            found = security.authenticate(environ)
        if route.known_by is not None:
            return tuple(one for one in found if one.authentication is route.known_by)
        enough = tuple(one for one in found if not self._needs_code(one))
        if found and not enough:
            raise CodeNeeded(found[0].name)
        return enough

    def _needs_code(self, principal: Principal) -> bool:
        return principal.authentication is Authentication.BASIC and self._second_factor.demanded(principal.name)

    def _answer(self, route: Route, req: ZatoRequest, params: dict[str, str], principal: Principal) -> Answer:
        environ = req.env
        query = read_query(environ.get("QUERY_STRING", ""), route.query)
        body: Any = None
        raw = b""
        if route.request is not None:
            raw = read_body(environ, route.body_bytes_max)
            types, struct = (
                (route.request, route.json_request) if isinstance(route.request, tuple) else ((), route.request)
            )
            accepted = types if struct is None else (*types, JSON)
            if check_content_type(environ.get("CONTENT_TYPE", ""), accepted) == JSON and struct is not None:
                body = read_json(raw, struct)
        return route.handle(Call(principal, req.cid, params, query, body, raw, environ))


class AdminResource:
    """All methods of one path; Falcon finds them as on_get, on_post and so on."""

    def __init__(self, routes: Iterable[Route], shell: AdminShell) -> None:
        for route in routes:
            setattr(self, f"on_{route.method.lower()}", shell.responder(route))
