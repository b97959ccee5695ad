"""Tokens by which machines join: those that are out, and making one worthless.

Making one is root's, on the machine with the cluster's CA: whoever has a token gets the ODB's address and password and
the key of all secrets, which is more than an administrator of the configuration has.
"""

from __future__ import annotations

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import joining as schemas
from zato.cluster.enrolment import Enrolment
from zato.cluster.signing.register import RegisteredToken
from zato.core.clock import Clock
from zato.core.errors import NotFound, Unavailable
from zato.core.principal import Right

JOINING = "/zato/api/joining"


class JoiningOperations:
    """Handlers of the routes about joining."""

    def __init__(self, *, enrolment: Enrolment, recorder: AuditRecorder, clock: Clock) -> None:
        self._enrolment = enrolment
        self._recorder = recorder
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                JOINING,
                "list-joining",
                "Tokens that nobody has used yet, and servers on machines of their own",
                self.list,
                Right.ADMINISTER,
                schemas.Joining,
                errors=(Unavailable,),
            ),
            Route(
                "DELETE",
                JOINING + "/tokens/{token}",
                "cancel-joining-token",
                "Make a token worthless",
                self.cancel,
                Right.ADMINISTER,
                schemas.JoiningToken,
                errors=(NotFound, Unavailable),
            ),
        )

    def list(self, call: Call) -> Answer:
        registered, now = self._enrolment.registered(), self._clock.now()
        return Answer(
            schemas.Joining(
                tokens=[_shown(token) for token in registered.tokens],
                servers=[
                    schemas.JoinedServer(server=each.number, hosts=list(each.hosts), member=each.is_member(now))
                    for each in registered.servers
                ],
            )
        )

    def cancel(self, call: Call) -> Answer:
        token = self._enrolment.cancel(call.params["token"])
        self._recorder.done("cancel-joining-token", f"token:{token.id}", call.by)
        return Answer(_shown(token))


def _shown(token: RegisteredToken) -> schemas.JoiningToken:
    return schemas.JoiningToken(
        id=token.id, server=token.server, replaces=token.replaces, created=token.created, expires=token.expires
    )
