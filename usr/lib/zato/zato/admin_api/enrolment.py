"""Machines join the cluster, renew their certificates, leave, and are removed."""

from __future__ import annotations

import base64
import binascii

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import enrolment as schemas
from zato.admin_api.status.members import alive
from zato.cluster.enrolment import Enrolment
from zato.core.clock import Clock
from zato.core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from zato.core.principal import Right
from zato.host.logs import get_logger
from zato.odb.members import Members
from zato.serving.http.request_parts import number_in_path

ENROL = "/zato/api/enrol"
RENEW = "/zato/api/enrol/renew"
LEAVE = "/zato/api/enrol/leave"
_BODY_BYTES_MAX = 32 * 1024
_log = get_logger("zato.admin")


class EnrolmentOperations:
    """Handlers of the routes. The first three prove by their bodies who may; the signer checks that once more."""

    def __init__(
        self, *, enrolment: Enrolment, members: Members, worker: RunningWorker, clock: Clock, version: str
    ) -> None:
        self._enrolment = enrolment
        self._members = members
        self._worker = worker
        self._clock = clock
        self._version = version

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "POST",
                ENROL,
                "enrol",
                "Make a machine a server of the cluster, by a token that works once",
                self.enrol,
                None,
                schemas.Enrolled,
                request=schemas.Enrolment,
                status=201,
                errors=(Conflict,),
                body_bytes_max=_BODY_BYTES_MAX,
                open=True,
            ),
            Route(
                "POST",
                RENEW,
                "renew-certificates",
                "Renew the certificates of a server on a machine of its own, which has signed for that",
                self.renew,
                None,
                schemas.Renewed,
                request=schemas.Signed,
                errors=(Conflict,),
                body_bytes_max=_BODY_BYTES_MAX,
                open=True,
            ),
            Route(
                "POST",
                LEAVE,
                "leave",
                "Take a server out of the cluster, which has signed for that; its certificates are revoked",
                self.leave,
                None,
                schemas.Left,
                request=schemas.Signed,
                errors=(Conflict,),
                body_bytes_max=_BODY_BYTES_MAX,
                open=True,
            ),
            Route(
                "DELETE",
                "/zato/api/servers/{number}",
                "remove-server",
                "Remove a server that runs no more; its certificates are revoked",
                self.remove,
                Right.ADMINISTER,
                schemas.Removed,
                errors=(Conflict,),
            ),
        )

    def enrol(self, call: Call) -> Answer:
        body: schemas.Enrolment = call.body
        if body.version != self._version:
            raise Conflict(
                f"The cluster is Zato {self._version}, the machine has {body.version}; install the same on it.",
                code="other-version",
            )
        try:
            found = self._enrolment.enrol(
                _bytes(body.secret), body.hosts, body.requests, cid=call.cid, alive=self._alive()
            )
        except Unauthorized:
            _log.warning("A token to join was refused", cid=call.cid)
            raise
        _log.info("A server has joined", server=f"server-{found.signed.server}", host=body.hosts[0])
        return Answer(
            schemas.Enrolled(
                server=found.signed.server,
                certificates=found.signed.certificates,
                authority=found.authority,
                settings=dict(found.settings),
                secret_key=found.secret_key,
                odb_authority=found.odb_authority,
            ),
            201,
        )

    def renew(self, call: Call) -> Answer:
        body: schemas.Signed = call.body
        try:
            signed = self._enrolment.renew(body.certificate, body.statement, _bytes(body.signature))
        except Unauthorized:
            _log.warning("A renewal of certificates was refused", cid=call.cid)
            raise
        _log.info("A server has renewed its certificates", server=f"server-{signed.server}")
        return Answer(schemas.Renewed(server=signed.server, certificates=signed.certificates))

    def leave(self, call: Call) -> Answer:
        body: schemas.Signed = call.body
        number = self._enrolment.leave(body.certificate, body.statement, _bytes(body.signature), cid=call.cid)
        _log.info("A server has left", server=f"server-{number}")
        return Answer(schemas.Left(server=number))

    def remove(self, call: Call) -> Answer:
        number = number_in_path(call.params["number"], "server")
        if number in self._alive():
            raise Conflict(f"Server {number} is alive; on its machine run: zato server leave", code="server-alive")
        listed = {server.number for server in self._members.servers()}
        items = {item.name for item in self._worker.current().configuration.all("server")}
        # First, as a join that failed may have left nothing but certificates
        revoked = self._enrolment.remove(number, by=call.by)
        if not revoked and number not in listed and f"server-{number}" not in items:
            raise NotFound(f"There is no server {number} in the cluster.", code="no-such-server")
        return Answer(schemas.Removed(server=number, revoked=revoked))

    def _alive(self) -> set[int]:
        now = self._clock.now()
        return {worker.server for worker in self._members.workers() if alive(worker, now)}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("The secret, or the signature, is not base64url.") from error
