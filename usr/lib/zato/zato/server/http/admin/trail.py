"""Attempts that came to nothing, in the audit log; what succeeds is written there in the transaction that does it."""

from __future__ import annotations

from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.odb.audit import AuditEntry, AuditLog

_SUBJECT_CHARACTERS_MAX = 255
_log = get_logger("zato.admin")


class Trail:
    """Writes down refusals and failures."""

    def __init__(self, audit: AuditLog, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock

    def note(self, action: str, subject: str, by: Author, error: ZatoError) -> None:
        """Never raises ZatoError: the attempt stays refused, whether or not that can be written down."""
        _log.warning(
            "A request was refused", cid=by.cid, principal=by.principal, action=action, subject=subject, code=error.code
        )
        entry = AuditEntry(
            at=self._clock.now(),
            principal=by.principal,
            cid=by.cid,
            action=action,
            subject=ascii(subject)[1:-1][:_SUBJECT_CHARACTERS_MAX],
            outcome=error.code,
            detail=error.message,
        )
        try:
            self._audit.add(None, entry)
        except ZatoError as failure:
            _log.warning("A refusal is missing from the audit log", cid=by.cid, reason=failure.message)
