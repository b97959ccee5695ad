"""What a page was asked for by its address, so that whoever has the address sees the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

_SPAN = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def given(query: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The filters that say something."""
    return {name: text for name in names if (text := query.get(name, "").strip())}


def moment_of(text: str, now: datetime) -> str:
    """`10m`, or a time, as the admin API takes it; what is neither is left for it to refuse."""
    span = _SPAN.fullmatch(text)
    if span is not None:
        return (now - timedelta(**{_UNITS[span[2]]: int(span[1])})).isoformat()
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).isoformat()


def address(filters: Mapping[str, object], **more: object) -> str:
    """The same page with other filters; those that are None are left out."""
    return "?" + urlencode({name: value for name, value in {**filters, **more}.items() if value is not None})
