"""Requests and responses about the log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema
from zato.logbook.line import Line
from zato.logbook.query import Name
from zato.logbook.reader import LINES_MAX

Moment = Annotated[datetime, Meta(tz=True)]
Place = Annotated[str, Meta(min_length=1, max_length=512)]


class LogQuery(RequestSchema, frozen=True):
    """Which lines; all conditions hold of each. Without `before` and `after`, the newest ones."""

    cid: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None
    service: Name | None = None
    process: Annotated[str, Meta(max_length=64, description="Such as server-1, or server for those of all.")] | None = (
        None
    )
    level: (
        Annotated[
            Literal["debug", "info", "warning", "error", "critical"],
            Meta(description="This one, and what is more severe."),
        ]
        | None
    ) = None
    q: Annotated[str, Meta(min_length=1, max_length=255, description="Somewhere in the line.")] | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[Place, Meta(description="Lines before this place, which an earlier answer has named.")] | None = (
        None
    )
    after: Annotated[Place, Meta(description="Lines after this place, which an earlier answer has named.")] | None = (
        None
    )
    limit: Annotated[int, Meta(ge=1, le=LINES_MAX)] = 100


class Log(ResponseSchema, frozen=True):
    """Lines in the order in which they came, oldest first.

    There may be fewer than were asked for, none even, while there are more: `before` is null only where nothing older
    is left. `after` is where to look for what comes later.
    """

    server: int
    host: str
    lines: list[Line]
    before: str | None
    after: str
