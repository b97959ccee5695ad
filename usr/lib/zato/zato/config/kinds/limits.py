"""The fields of everything whose requests can be limited: channels, and definitions of those who send them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

LIMIT_FIELDS = ("requests_max", "requests_period_seconds", "concurrent_max")
_WHERE = "Each server counts for itself, all of its workers together."

RequestsMax = Annotated[
    Annotated[int, Meta(ge=1, le=1_000_000_000)] | None,
    Meta(
        description="Requests that it may have in `requests_period_seconds`; what is more is answered with 429. "
        f"{_WHERE} None: no limit."
    ),
]
RequestsPeriodSeconds = Annotated[int, Meta(ge=1, le=3600, description="The period that `requests_max` is about.")]
ConcurrentMax = Annotated[
    Annotated[int, Meta(ge=1, le=10_000)] | None,
    Meta(
        description="Requests that it may have at the same time; what is more is answered with 429. "
        f"{_WHERE} None: no limit."
    ),
]
PERIOD_SECONDS = 10
