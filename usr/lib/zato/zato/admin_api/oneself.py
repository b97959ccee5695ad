"""What people do about how they prove who they are: another password, a second factor."""

from __future__ import annotations

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import oneself as schemas
from zato.config.codec import public
from zato.config.item import Item
from zato.config.kinds import SecurityBasic
from zato.config.publisher import Publisher
from zato.core.errors import Conflict, Forbidden, InvalidInput, NotFound, ZatoError
from zato.core.principal import Authentication, Right
from zato.odb.sessions import KIND
from zato.security.second_factor import SecondFactor

TOTP = "/zato/api/totp"
_OF_SOMEBODY = "/zato/api/users/{name}/totp"
_THEMSELVES = frozenset({Authentication.BASIC, Authentication.SESSION})


class OneselfOperations:
    """Handlers of the routes about one's own password and second factor."""

    def __init__(
        self, *, worker: RunningWorker, publisher: Publisher, second_factor: SecondFactor, recorder: AuditRecorder
    ) -> None:
        self._worker = worker
        self._publisher = publisher
        self._second_factor = second_factor
        self._recorder = recorder

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        oneself = Right.KNOW_ONESELF
        return (
            Route(
                "POST",
                "/zato/api/password",
                "change-own-password",
                "Give oneself another password; all sessions of one's own end",
                self.change_password,
                oneself,
                schemas.PasswordChanged,
                request=schemas.OwnPassword,
                errors=(Conflict,),
            ),
            Route(
                "GET",
                TOTP,
                "get-second-factor",
                "Whether one has a second factor",
                self.state,
                oneself,
                schemas.SecondFactorState,
            ),
            Route(
                "POST",
                TOTP,
                "begin-second-factor",
                "A secret for an application that makes one-time passwords; it counts once a code has confirmed it",
                self.begin,
                oneself,
                schemas.TotpSecret,
                request=schemas.KnownPassword,
                status=201,
                errors=(Conflict,),
            ),
            Route(
                "POST",
                TOTP + "/confirm",
                "confirm-second-factor",
                "Have a code demanded from now on where a session is opened; other sessions of one's own end",
                self.confirm,
                oneself,
                schemas.RecoveryCodes,
                request=schemas.GivenCode,
                errors=(NotFound,),
            ),
            Route(
                "POST",
                TOTP + "/disable",
                "disable-second-factor",
                "Have one's password suffice again; all sessions of one's own end",
                self.disable,
                oneself,
                schemas.SecondFactorState,
                request=schemas.PasswordAndCode,
                errors=(NotFound,),
            ),
            Route(
                "GET",
                _OF_SOMEBODY,
                "get-second-factor-of",
                "Whether somebody has a second factor",
                self.state_of,
                Right.ADMINISTER,
                schemas.SecondFactorState,
            ),
            Route(
                "DELETE",
                _OF_SOMEBODY,
                "remove-second-factor",
                "Have somebody's password suffice again, as where a device was lost; all sessions of theirs end",
                self.remove,
                Right.ADMINISTER,
                schemas.SecondFactorState,
            ),
        )

    def change_password(self, call: Call) -> Answer:
        body: schemas.OwnPassword = call.body
        item, value = self._own(call)
        try:
            self._prove(call, value, body.old)
            if body.new == body.old:
                raise InvalidInput("The new password is the old one; give another one.", code="same-password")
            fields = {**public(KIND, value), "password": body.new}
            changed = self._publisher.update(KIND, item.name, fields, item.revision, by=call.by)
        except ZatoError as error:
            self._recorder.note("change-own-password", f"{KIND}:{item.name}", call.by, error)
            raise
        return Answer(schemas.PasswordChanged(principal=item.name, revision=changed.revision))

    def state(self, call: Call) -> Answer:
        return Answer(self._state(call.principal.name))

    def state_of(self, call: Call) -> Answer:
        return Answer(self._state(call.params["name"]))

    def begin(self, call: Call) -> Answer:
        body: schemas.KnownPassword = call.body
        item, value = self._own(call)
        if not value.roles:
            raise Forbidden(f"{item.name} has no role, and so no use for a second factor: it is asked for by sessions.")
        self._prove(call, value, body.password)
        made = self._second_factor.begin(item.name, by=call.by)
        return Answer(schemas.TotpSecret(secret=made.secret, uri=made.uri), 201)

    def confirm(self, call: Call) -> Answer:
        body: schemas.GivenCode = call.body
        item, _ = self._own(call)
        codes = self._second_factor.confirm(item.name, body.code, session=call.principal.session, by=call.by)
        return Answer(schemas.RecoveryCodes(recovery_codes=list(codes)))

    def disable(self, call: Call) -> Answer:
        body: schemas.PasswordAndCode = call.body
        item, value = self._own(call)
        try:
            self._prove(call, value, body.password)
            self._second_factor.check(item.name, body.code, by=call.by)
        except ZatoError as error:
            self._recorder.note("disable-totp", f"{KIND}:{item.name}", call.by, error)
            raise
        self._second_factor.remove(item.name, by=call.by)
        return Answer(self._state(item.name))

    def remove(self, call: Call) -> Answer:
        name = call.params["name"]
        self._second_factor.remove(name, by=call.by)
        return Answer(self._state(name))

    def _state(self, name: str) -> schemas.SecondFactorState:
        factor = self._second_factor.of(name)
        since = None if factor is None else factor.confirmed
        return schemas.SecondFactorState(
            principal=name,
            demanded=since is not None,
            since=since,
            recovery_codes=0 if factor is None else factor.recovery_codes,
        )

    def _own(self, call: Call) -> tuple[Item, SecurityBasic]:
        """The definition of whoever asks, by what the ODB has now. Raises Forbidden for who has no password."""
        if call.principal.authentication in _THEMSELVES:
            item = self._publisher.get(KIND, call.principal.name)
            if isinstance(item.value, SecurityBasic):
                return item, item.value
        raise Forbidden(
            f"{call.principal.name} has no password here: this is for who has asked with a user name and a password, "
            "or in a session."
        )

    def _prove(self, call: Call, value: SecurityBasic, password: str) -> None:
        self._worker.current().security.prove(value.username, password, call.environ)
