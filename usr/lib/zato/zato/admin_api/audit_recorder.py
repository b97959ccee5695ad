"""Attempts that change nothing in the ODB, in the audit log; what does is written in the transaction that does it."""

from __future__ import annotations

from zato.admin_api.refusals import Refusals
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.odb.audit import AuditEntry, AuditLog

_SUBJECT_CHARACTERS_MAX = 255
_log = get_logger("zato.admin")


class AuditRecorder:
    """Writes down refusals and failures. A worker has one, which its threads share."""

    def __init__(self, audit: AuditLog, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._refusals = Refusals()

    def refused(self, action: str, subject: str, by: Author, error: ZatoError) -> None:
        """The attempt of somebody who may not do that: logged, and in the audit log unless there are too many of them.

        The row after those that were left out says how many they were. Never raises ZatoError.
        """
        left_out = self._refusals.due(by.principal, self._clock.monotonic())
        self._log(action, subject, by, error)
        if left_out is not None:
            more = f" {left_out} more were refused before this one since the last that is listed." if left_out else ""
            self._write(action, subject, by, error.code, error.message + more)

    def note(self, action: str, subject: str, by: Author, error: ZatoError) -> None:
        """The attempt of somebody who may do that, and failed. Never raises ZatoError, also where it cannot be kept."""
        self._log(action, subject, by, error)
        self._write(action, subject, by, error.code, error.message)

    def done(self, action: str, subject: str, by: Author, detail: str | None = None) -> None:
        """What has changed nothing in the ODB, and is to be known all the same. Never raises ZatoError."""
        self._write(action, subject, by, "ok", detail)

    def _log(self, action: str, subject: str, by: Author, error: ZatoError) -> None:
        _log.warning(
            "A request was refused", cid=by.cid, principal=by.principal, action=action, subject=subject, code=error.code
        )

    def _write(self, action: str, subject: str, by: Author, outcome: str, detail: str | None) -> None:
        entry = AuditEntry(
            at=self._clock.now(),
            principal=by.principal,
            cid=by.cid,
            action=action,
            subject=ascii(subject)[1:-1][:_SUBJECT_CHARACTERS_MAX],
            outcome=outcome,
            detail=detail,
            origin=by.origin,
        )
        try:
            self._audit.add(None, entry)
        except ZatoError as failure:
            _log.warning("An attempt is missing from the audit log", cid=by.cid, reason=failure.message)
