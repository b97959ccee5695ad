"""What requests and responses of several subjects have."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.text import ITEM_NAME_PATTERN

Revision = Annotated[int, Meta(ge=0, le=2**63 - 1)]
# The pattern is for readers of the document; what it means is said better by config.validation.
ItemName = Annotated[
    str, Meta(max_length=120, description="Name of the item.", extra_json_schema={"pattern": ITEM_NAME_PATTERN})
]
# Which names there may be is said better by the loader
FileName = Annotated[
    str,
    Meta(min_length=1, max_length=104, pattern=r"^[^/\\\x00-\x1f\x7f]+$", description="`NAME.py` or `NAME.zip`."),
]
Principal = Annotated[str, Meta(min_length=1, max_length=120, description="Name of whoever did it.")]
Cid = Annotated[str, Meta(min_length=1, max_length=128, description="Correlation id of the request that did it.")]
Moment = Annotated[datetime, Meta(tz=True, description="With its time zone.")]
MessageId = Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]


class RequestSchema(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body or a query: unknown fields are refused."""


class ResponseSchema(Struct, frozen=True, kw_only=True):
    """An answer."""


class Nothing(RequestSchema, frozen=True):
    """No parameters."""


class ChangeQuery(RequestSchema, frozen=True):
    """Whether it is only asked what a change would do."""

    dry_run: Annotated[
        bool, Meta(description="Check everything and answer with what would change (Preview), and change nothing.")
    ] = False


class PageQuery(RequestSchema, frozen=True):
    """How many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class Finding(ResponseSchema, frozen=True):
    """One thing that is not well, and where: the field of what was sent, the line of a file, an item, a server."""

    message: str
    code: str
    field: str | None = None
    file: str | None = None
    line: int | None = None
    subject: str | None = None
