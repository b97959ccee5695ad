"""One server's machine: its certificates, the history of the server's own settings, and whether all is well there."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from shlex import quote

import msgspec

from zato.admin_api.here import ServersHere
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import machine as schemas
from zato.admin_api.this_machine import Machine
from zato.core.errors import NotFound, SetupError, TooLarge, Unavailable
from zato.core.principal import Right
from zato.pki.renewal import PublicStatus

_SERVER = "/zato/api/servers/{number}"


class MachineOperations:
    """Handlers of the routes about a server's machine."""

    def __init__(self, machine: Machine, here: ServersHere, now: Callable[[], datetime]) -> None:
        self._machine = machine
        self._here = here
        self._now = now

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                _SERVER + "/certificates",
                "list-certificates",
                "Certificates on the machine of a server, and until when they are valid",
                self.certificates,
                Right.READ,
                schemas.Certificates,
                errors=(Unavailable,),
            ),
            Route(
                "GET",
                _SERVER + "/settings/history",
                "get-settings-history",
                "Changes of a server's own settings, newest first",
                self.history,
                Right.READ,
                schemas.Commits,
                query=schemas.CommitsQuery,
                errors=(NotFound, Unavailable),
            ),
            Route(
                "GET",
                _SERVER + "/settings/diff",
                "diff-settings",
                "What differs between two commits of a server's own settings and its services' user.toml",
                self.diff,
                Right.ADMINISTER,
                schemas.CommitDiff,
                query=schemas.CommitDiffQuery,
                errors=(NotFound, TooLarge, Unavailable),
            ),
            Route(
                "POST",
                _SERVER + "/doctor",
                "examine-machine",
                "Look at the machine of a server as `zato doctor` does, with the rights of the servers' user",
                self.examine,
                Right.OPERATE,
                schemas.Examination,
                errors=(Unavailable,),
            ),
        )

    def certificates(self, call: Call) -> Answer:
        number = self._number(call, "they are shown by: zato pki list")
        found, unusable = self._machine.certificates(self._now())
        return Answer(
            schemas.Certificates(
                server=number,
                host=socket.gethostname(),
                certificates=[
                    schemas.Certificate(
                        name=each.name,
                        subject=each.subject,
                        not_before=each.not_before,
                        not_after=each.not_after,
                        fingerprint=each.fingerprint,
                        hosts=list(each.hosts),
                        due=each.due,
                    )
                    for each in found
                ],
                unusable=[schemas.UnusableFile(name=each.name, reason=each.reason) for each in unusable],
                public=_shown(self._machine.public_certificate(self._now())),
            )
        )

    def history(self, call: Call) -> Answer:
        number = self._number(call, f"it is shown by: zato server config history {quote(call.params['number'][:40])}")
        query: schemas.CommitsQuery = call.query
        changes = [
            schemas.Commit(commit=each.id, at=each.at, author=each.author, revision=each.revision, change=each.subject)
            for each in self._machine.commits(number, query.limit)
        ]
        return Answer(schemas.Commits(server=number, changes=changes))

    def diff(self, call: Call) -> Answer:
        number = self._number(call, f"it is shown by: zato server config diff {quote(call.params['number'][:40])}")
        query: schemas.CommitDiffQuery = call.query
        return Answer(schemas.CommitDiff(server=number, diff=self._machine.diff(number, query.from_, query.to)))

    def examine(self, call: Call) -> Answer:
        self._number(call, "run: zato doctor")
        try:
            return Answer(msgspec.json.decode(self._machine.examined(), type=schemas.Examination))
        except msgspec.MsgspecError as error:
            raise SetupError(f"The examination said something else ({error}).", code="doctor-failed") from error

    def _number(self, call: Call, otherwise: str) -> int:
        return self._here.number(call.params["number"], otherwise)


def _shown(public: PublicStatus | None) -> schemas.PublicCertificate | None:
    if public is None:
        return None
    shown = public.certificate
    return schemas.PublicCertificate(
        names=[] if shown is None else list(shown.hosts),
        not_after=None if shown is None else shown.not_after,
        due=shown is not None and shown.due,
        source=None if public.source is None else public.source.certificate,
        problem=public.problem,
    )
