"""Requests and responses about changes of items."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from zato.admin_api.schemas.values import Cid, ItemName, Moment, PageQuery, Principal, ResponseSchema
from zato.odb.changes import Action


class ChangesQuery(PageQuery, frozen=True):
    """A page of changes, newest first, of those that are asked for."""

    action: Action | None = None
    principal: Principal | None = None
    cid: Cid | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: (
        Annotated[int, Meta(ge=1, le=2**63 - 1, description="The revision that the page before ended with.")] | None
    ) = None


class HistoryQuery(ChangesQuery, frozen=True):
    """Changes of all items, or of those of a kind, or of a name."""

    kind: Annotated[str, Meta(max_length=40)] | None = None
    name: ItemName | None = None


class Change(ResponseSchema, frozen=True):
    """One change of an item; `value` is null for a deletion."""

    revision: int
    at: datetime
    kind: str
    name: str
    action: Literal["create", "update", "delete"]
    principal: str
    cid: str
    comment: str | None
    value: dict[str, Any] | None


class History(ResponseSchema, frozen=True):
    """Changes of an item, newest first; `next` goes into `before` for older ones."""

    kind: str
    name: str
    changes: list[Change]
    next: int | None = None


class Changes(ResponseSchema, frozen=True):
    """Changes of all items, newest first; `next` goes into `before` for older ones."""

    changes: list[Change]
    next: int | None = None
