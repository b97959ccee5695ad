"""Answers for whoever looks at the cluster as a whole: what is found by a text, and an overview."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from zato.admin_api.schemas.deployments import Deployment
from zato.admin_api.schemas.history import Change
from zato.admin_api.schemas.status import Status
from zato.admin_api.schemas.values import RequestSchema, ResponseSchema


class SearchQuery(RequestSchema, frozen=True):
    """What to look for."""

    q: Annotated[
        str, Meta(min_length=1, max_length=120, description="In names, and in fields that are no secrets; in any case.")
    ]
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class FoundThing(ResponseSchema, frozen=True):
    """An item, or a service, whose `kind` is null. `field` has the text where the name does not."""

    what: Literal["item", "service"]
    kind: str | None
    name: str
    field: str | None


class FoundThings(ResponseSchema, frozen=True):
    """The most likely ones first; `total` says how many there are."""

    found: list[FoundThing]
    total: int
    revision: int


class Overview(ResponseSchema, frozen=True):
    """The state of the cluster, what it has, and what was done of late, newest first."""

    status: Status
    items: dict[str, int]
    """How many of each kind."""
    services: int
    changes: list[Change]
    deployments: list[Deployment]
