"""Correlation ids: one id follows a message through every process, log line and outgoing call."""

from __future__ import annotations

import re
from os import urandom

# W3C Trace Context, section 3.2: version "-" trace-id "-" parent-id "-" flags
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_NO_TRACE = "0" * 32


def new_cid() -> str:
    """A new correlation id: 32 lower-case hexadecimal digits, which also makes it a valid W3C trace-id."""
    return urandom(16).hex()


def cid_from_traceparent(traceparent: str) -> str | None:
    """The trace-id of a W3C `traceparent` header, or None where the header is not valid."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or match[1] == _NO_TRACE:
        return None
    return match[1]
