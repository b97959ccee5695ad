"""Changes of items as they are asked for and answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zato.admin_api.schemas import history as schemas
from zato.config.history import HistoryEntry
from zato.odb.changes import WhichChanges


def which_changes(query: schemas.ChangesQuery, kind: str | None, name: str | None) -> WhichChanges:
    """The changes of these items that a query is about."""
    return WhichChanges(
        kind=kind,
        name=name,
        action=query.action,
        principal=query.principal,
        cid=query.cid,
        since=query.since,
        until=query.until,
        before=query.before,
    )


def shown_changes(found: Iterable[HistoryEntry]) -> list[schemas.Change]:
    """The changes as they are answered."""
    return [
        schemas.Change(
            revision=entry.revision,
            at=entry.at,
            kind=entry.kind,
            name=entry.name,
            action=entry.action.value,
            principal=entry.principal,
            cid=entry.cid,
            comment=entry.comment,
            value=entry.value,
        )
        for entry in found
    ]


def following(page: Sequence[schemas.Change], limit: int) -> int | None:
    """What goes into `before` for the page after this one; None where there is none."""
    return page[-1].revision if len(page) == limit else None
