"""Changes of items, before and after they are in the configuration log, and items as it has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class Action(StrEnum):
    """What a change does to its item."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A change as it stands in the log. `data` is JSON, None for a delete."""

    revision: int
    at: datetime
    kind: str
    name: str
    action: Action
    data: str | None
    principal: str
    cid: str
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichChanges:
    """Which changes are asked for; None is any. `before` is a revision: only earlier ones."""

    kind: str | None = None
    name: str | None = None
    action: Action | None = None
    principal: str | None = None
    cid: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it is; `revision` is that of its last change, `data` is JSON."""

    kind: str
    name: str
    revision: int
    data: str


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made an item what it is, and when."""

    at: datetime
    principal: str


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A change to be written. `data` is JSON, None for a delete.

    `expected_revision` is the item's revision that the change started from: None does not check, 0 means that the
    item must not exist.
    """

    kind: str
    name: str
    action: Action
    data: str | None = None
    expected_revision: int | None = None

    def __post_init__(self) -> None:
        if (self.data is None) != (self.action is Action.DELETE) or self.data == "":
            raise ValueError(
                f"A {self.action} of {self.kind} {self.name!r} must have data exactly when it stores some."
            )


def change_from_row(row: Row[*tuple[Any, ...]]) -> LoggedChange:
    return LoggedChange(
        revision=row.revision,
        at=row.changed,
        kind=row.kind,
        name=row.name,
        action=Action(row.action),
        data=row.data,
        principal=row.principal,
        cid=row.cid,
        comment=row.remark,
    )


def item_from_row(row: Row[*tuple[Any, ...]]) -> StoredItem:
    return StoredItem(kind=row.kind, name=row.name, revision=row.revision, data=row.data)
