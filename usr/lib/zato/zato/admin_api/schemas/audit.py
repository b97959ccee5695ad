"""Requests and responses about the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.values import Cid, Moment, PageQuery, Principal, ResponseSchema


class AuditQuery(PageQuery, frozen=True):
    """A page of the audit log, of what is asked for."""

    principal: Principal | None = None
    action: Annotated[str, Meta(min_length=1, max_length=60, description="Such as `update` or `deploy`.")] | None = None
    subject: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=255,
                description="What it was done to, such as `channel-rest:hello`; `channel-rest:*` asks for a beginning.",
            ),
        ]
        | None
    ) = None
    outcome: Annotated[str, Meta(min_length=1, max_length=60, description="`ok`, or an error's code.")] | None = None
    cid: Cid | None = None
    address: Annotated[str, Meta(min_length=1, max_length=64, description="The client's address.")] | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[int, Meta(ge=1, le=2**63 - 1, description="The id that the page before ended with.")] | None = (
        None
    )


class AuditExportQuery(AuditQuery, frozen=True):
    """The same, in larger pages."""

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000


class AuditEntry(ResponseSchema, frozen=True):
    """Who did what, when, and what came of it."""

    id: int | None
    at: datetime
    principal: str
    cid: str
    action: str
    subject: str
    outcome: str
    revision: int | None
    detail: str | None
    address: str | None
    """The client's; null where it was a process of Zato's."""
    through: str | None
    """By what means it was known who that is, and of a session what had opened it, such as `session console`."""


class Audit(ResponseSchema, frozen=True):
    """Entries of the audit log, newest first; `next` goes into `before` for older ones."""

    entries: list[AuditEntry]
    next: int | None = None
