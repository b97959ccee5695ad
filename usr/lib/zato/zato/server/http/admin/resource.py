"""The shell around every operation: authenticate, authorise, read, handle, answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import falcon
import msgspec

from zato.core.errors import Forbidden, ZatoError
from zato.core.principal import Principal
from zato.host.logs import get_logger
from zato.odb.audit import AuditEntry
from zato.security.authorisation import authorise
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.reading import check_content_type, read_body, read_json, read_query, refuse_cross_site
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.http.request import ZatoRequest

_log = get_logger("zato.admin")
_encoder = msgspec.json.Encoder()
_SUBJECT_CHARACTERS_MAX = 255

Responder = Callable[..., None]


class AdminResource:
    """All methods of one path; Falcon finds them as on_get, on_post and so on."""

    def __init__(self, routes: Iterable[Route], collaborators: AdminCollaborators) -> None:
        self._collaborators = collaborators
        for route in routes:
            setattr(self, f"on_{route.method.lower()}", self._responder(route))

    def _responder(self, route: Route) -> Responder:
        def respond(req: ZatoRequest, resp: falcon.Response, **params: str) -> None:
            # What may be a secret's only showing, and is about one principal, must stay in no cache.
            resp.set_headers({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Zato-CID": req.cid})
            answer = self._handle(route, req, params)
            resp.status = answer.status
            resp.content_type = answer.content_type
            resp.data = answer.body if isinstance(answer.body, bytes) else _encoder.encode(answer.body)
            resp.set_headers(dict(answer.headers))

        return respond

    def _handle(self, route: Route, req: ZatoRequest, params: dict[str, str]) -> Answer:
        environ = req.env
        principals = self._collaborators.worker.current().security.authenticate(environ)
        try:
            principal = authorise(principals, route.right_for(params))
            refuse_cross_site(environ)
        except Forbidden as error:
            self._note_refusal(route, params, principals[0], req.cid, error)
            raise
        query = read_query(environ.get("QUERY_STRING", ""), route.query)
        body: Any = None
        raw = b""
        if route.takes is not None:
            raw = read_body(environ, route.body_bytes_max)
            if isinstance(route.takes, tuple):
                check_content_type(environ.get("CONTENT_TYPE", ""), route.takes)
            else:
                check_content_type(environ.get("CONTENT_TYPE", ""), ("application/json",))
                body = read_json(raw, route.takes)
        return route.handle(Call(principal, req.cid, params, query, body, raw, environ))

    def _note_refusal(
        self, route: Route, params: dict[str, str], principal: Principal, cid: str, error: Forbidden
    ) -> None:
        subject = subject_of(route, params)
        _log.warning(
            "A request was refused", cid=cid, principal=principal.name, action=route.operation, code=error.code
        )
        entry = AuditEntry(
            at=self._collaborators.clock.now(),
            principal=principal.name,
            cid=cid,
            action=route.operation,
            subject=subject,
            outcome=error.code,
            detail=error.message,
        )
        try:
            self._collaborators.audit.add(None, entry)
        except ZatoError as failure:  # the refusal stands, whether or not it can be written down
            _log.warning("A refusal is missing from the audit log", cid=cid, reason=failure.message)


def subject_of(route: Route, params: dict[str, str]) -> str:
    """What an act is done to, in a form that the audit log can hold whatever the path's parameters are."""
    text = ":".join(params.values()) or route.path
    return ascii(text)[1:-1][:_SUBJECT_CHARACTERS_MAX]
