"""What was changed, read from the log: changes of items, and what differs between two revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zato.config.codec import public_data
from zato.config.diff import ItemDiff, diff
from zato.config.kinds import kind_named
from zato.config.kinds.text import name_error
from zato.config.writer import items_at
from zato.core.errors import NotFound
from zato.odb.log import Action, ConfigurationLog, StoredItem, WhichChanges


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of an item; `value` has its secrets masked and is None for a deletion."""

    revision: int
    at: datetime
    kind: str
    name: str
    action: Action
    principal: str
    cid: str
    comment: str | None
    value: dict[str, Any] | None


def changes_of(log: ConfigurationLog, which: WhichChanges, limit: int) -> tuple[HistoryEntry, ...]:
    """Changes of any items, newest first. Raises NotFound for an item that never was there."""
    if which.kind is not None:
        kind_named(which.kind)
    if which.kind is not None and which.name is not None:
        check_name(which.kind, which.name)
    changes = log.changes(which, limit)
    if not changes and which.kind is not None and which.name is not None:
        _require_ever(log, which.kind, which.name)
    return tuple(
        HistoryEntry(
            revision=change.revision,
            at=change.at,
            kind=change.kind,
            name=change.name,
            action=change.action,
            principal=change.principal,
            cid=change.cid,
            comment=change.comment,
            value=None if change.data is None else public_data(change.kind, change.data),
        )
        for change in changes
    )


def differences(
    log: ConfigurationLog, from_revision: int, to_revision: int | None, kind: str | None, name: str | None
) -> Sequence[ItemDiff]:
    """What changed between two revisions (the second is the latest unless given), secrets masked."""
    if kind is not None:
        kind_named(kind)

    def chosen(revision: int) -> Sequence[StoredItem]:
        items = items_at(log, revision)
        return [item for item in items if kind in {None, item.kind} and name in {None, item.name}]

    return diff(chosen(from_revision), chosen(log.revision() if to_revision is None else to_revision))


def check_name(kind: str, name: str) -> None:
    """Raises NotFound for what no item can be called; the database is not asked, some cannot even take such text."""
    kind_named(kind)
    if name_error(name) is not None:
        raise NotFound(f"There is no {kind} named {name[:120]!r}.")


def _require_ever(log: ConfigurationLog, kind: str, name: str) -> None:
    if not log.history(kind, name, 1):
        raise NotFound(f"There is no {kind} {name[:120]!r}, and there never was.")
