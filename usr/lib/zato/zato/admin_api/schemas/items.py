"""Requests and responses about items of the configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from zato.admin_api.schemas.values import ChangeQuery, Finding, ItemName, RequestSchema, ResponseSchema, Revision


class NewItem(RequestSchema, frozen=True):
    """An item to be created."""

    name: ItemName
    value: Annotated[dict[str, Any], Meta(description="The fields of the kind.")]


class ChangedItem(RequestSchema, frozen=True):
    """All fields of an item; a secret that is absent or masked stays what it is."""

    value: Annotated[dict[str, Any], Meta(description="The fields of the kind.")]
    revision: Revision | None = None
    """The item's revision that the change started from; If-Match says the same."""


class Back(RequestSchema, frozen=True):
    """Where to roll back to."""

    revision: Revision
    with_security: Annotated[
        bool,
        Meta(
            description="Security definitions as well: passwords, keys, certificates and roles of then are valid again."
        ),
    ] = False


class ItemBack(Back, frozen=True):
    """Where to roll one item back to."""

    started_from: Annotated[
        Revision | None,
        Meta(description="The item's revision that the change started from, 0 where it is not there; as If-Match."),
    ] = None


class Item(ResponseSchema, frozen=True):
    """An item; its secrets are masked. `generated` has those that were made up, this once."""

    kind: str
    name: str
    revision: int
    value: dict[str, Any]
    generated: dict[str, str] | UnsetType = UNSET
    warnings: list[Finding] | UnsetType = UNSET
    """What it leads to that is not there."""
    changed: datetime | UnsetType = UNSET
    """In lists: since when it is what it is."""
    author: str | UnsetType = UNSET
    """In lists: who has made it what it is."""


class Items(ResponseSchema, frozen=True):
    """Items in the order that was asked for; `next` goes into `after` for those that follow."""

    items: list[Item]
    revision: int
    next: str | None = None


Sort = Literal["name", "-name", "revision", "-revision"]


class ItemsQuery(RequestSchema, frozen=True):
    """A page of items."""

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000
    after: Annotated[str, Meta(max_length=120, description="The `next` of the page before.")] | None = None
    q: Annotated[str, Meta(min_length=1, max_length=120, description="In the name, or in a field.")] | None = None
    sort: Annotated[Sort, Meta(description="The newest changes are first by `-revision`.")] = "name"


class DeleteQuery(ChangeQuery, frozen=True):
    """The revision that the deletion started from; If-Match says the same."""

    revision: Revision | None = None


class Deleted(ResponseSchema, frozen=True):
    """What was deleted, and the revision that did it."""

    kind: str
    name: str
    revision: int
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without it."""


class UnsavedItem(RequestSchema, frozen=True):
    """Values to be tried; a secret that is absent or masked is that of the item of this name."""

    value: Annotated[dict[str, Any], Meta(description="The fields of the kind.")]


class ItemKey(ResponseSchema, frozen=True):
    """Which item."""

    kind: str
    name: str


class Ping(ResponseSchema, frozen=True):
    """Whether a connection works, and where not how far it got."""

    ok: bool
    stage: str
    message: str
    ms: float
