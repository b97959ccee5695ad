"""The audit log: who did what, from where, and what came of it."""

from __future__ import annotations

import msgspec

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import audit as schemas
from zato.core import csv
from zato.core.principal import Right
from zato.odb.audit import AuditEntry, AuditLog, WhichEntries

CSV = "text/csv; charset=utf-8"
NEXT = "X-Zato-Next"
"""The header of an export with what goes into `before` for the part that follows; it is absent in the last one."""


class AuditOperations:
    """Handlers of the routes about the audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                "/zato/api/audit",
                "audit",
                "Who did what, newest first",
                self.entries,
                Right.READ,
                schemas.Audit,
                query=schemas.AuditQuery,
            ),
            Route(
                "GET",
                "/zato/api/audit/export",
                "export-audit",
                f"The same as CSV, in larger parts; {NEXT} has what goes into `before` for the part that follows",
                self.export,
                Right.READ,
                CSV,
                query=schemas.AuditExportQuery,
            ),
        )

    def entries(self, call: Call) -> Answer:
        found, following = self._page(call.query)
        return Answer(schemas.Audit(entries=found, next=following))

    def export(self, call: Call) -> Answer:
        entries, following = self._page(call.query)
        rows = (msgspec.to_builtins(entry) for entry in entries)
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        if following is not None:
            headers[NEXT] = str(following)
        return Answer(csv.text(schemas.AuditEntry.__struct_fields__, rows).encode(), 200, headers, CSV)

    def _page(self, query: schemas.AuditQuery) -> tuple[list[schemas.AuditEntry], int | None]:
        which = WhichEntries(
            principal=query.principal,
            action=query.action,
            subject=query.subject,
            outcome=query.outcome,
            cid=query.cid,
            address=query.address,
            since=query.since,
            until=query.until,
            before=query.before,
        )
        entries = [_shown(entry) for entry in self._audit.entries(which, query.limit)]
        return entries, entries[-1].id if len(entries) == query.limit else None


def _shown(entry: AuditEntry) -> schemas.AuditEntry:
    return schemas.AuditEntry(
        id=entry.id,
        at=entry.at,
        principal=entry.principal,
        cid=entry.cid,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        revision=entry.revision,
        detail=entry.detail,
        address=entry.origin.address,
        through=entry.origin.through,
    )
