"""The first administrator: a one-time token is made, and its holder becomes one."""

from __future__ import annotations

from datetime import timedelta

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import people as schemas
from zato.admin_api.schemas.items import Item
from zato.cluster.first_administrator import FirstAdministrator
from zato.config.codec import public
from zato.core.errors import Conflict, Unauthorized
from zato.core.principal import Right
from zato.host.logs import get_logger

TOKEN = "/zato/api/first-token"  # noqa: S105 - a path
ADMINISTRATOR = "/zato/api/first-administrator"
_log = get_logger("zato.admin")


class FirstAdministratorOperations:
    """Handlers of the two routes."""

    def __init__(self, first_administrator: FirstAdministrator) -> None:
        self._first = first_administrator

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "POST",
                TOKEN,
                "new-first-token",
                "Make a token with which somebody becomes an administrator; the one before is worth nothing any more",
                self.new_token,
                Right.ADMINISTER,
                schemas.FirstToken,
                request=schemas.TokenLife,
                status=201,
            ),
            Route(
                "POST",
                ADMINISTRATOR,
                "become-first-administrator",
                "Become an administrator by the one-time token",
                self.become,
                None,
                Item,
                request=schemas.FirstAdministrator,
                status=201,
                errors=(Conflict,),
                open=True,
            ),
        )

    def new_token(self, call: Call) -> Answer:
        body: schemas.TokenLife = call.body
        token, expires = self._first.new_token(timedelta(seconds=body.seconds), by=call.by)
        return Answer(schemas.FirstToken(token=token, expires=expires), 201)

    def become(self, call: Call) -> Answer:
        body: schemas.FirstAdministrator = call.body
        try:
            made = self._first.become(body.token, body.name, body.password, cid=call.cid)
        except Unauthorized:
            _log.warning("A first token was refused", cid=call.cid)
            raise
        value = public(made.kind, made.value)
        return Answer(Item(kind=made.kind, name=made.name, revision=made.revision, value=value), 201)
