"""Values on their way into other programs' configuration files: what could end a string or a line is refused."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from zato.core.errors import SetupError

# No escaping rules to get wrong: neither program's configuration needs these inside a quoted string
_NOT_QUOTABLE = re.compile(r"[\x00-\x1f\x7f\"'\\`$%{}]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

BACKEND_GONE = 425
"""What lighttpd answers HAProxy with in place of 502 and 503 where the application has not answered.

Of the statuses that HAProxy can be told to repeat a request for (retry-on), it is the one with the least use of its
own: an application's is carried as GONE_BY_APPLICATION. X-Zato-Status has the status for the client.
"""
GONE_BY_APPLICATION = 499
TOLD = (BACKEND_GONE, 502, 503)
"""Statuses that X-Zato-Status may have."""
TOLD_LIMITS = ("uploads", "space", "answers")
"""What X-Zato-Refusal may have: the limits of lighttpd's that HAProxy counts."""


def quoted(value: str | Path) -> str:
    """The value in double quotes. Raises SetupError where it has a character that could change the configuration."""
    text = str(value)
    found = _NOT_QUOTABLE.search(text)
    if found is not None:
        raise SetupError(
            f"{text!r} has the character {found[0]!r}, which HAProxy's and lighttpd's configuration cannot hold; "
            "use a name or directory without quotes, backslashes, braces, %, $ and control characters."
        )
    return f'"{text}"'


def checked_address(address: str) -> str:
    """An IP address or host name to bind to. Raises SetupError for anything else."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        if _HOST.fullmatch(address):
            return address
        raise SetupError(
            f"{address!r} is neither an IP address nor a host name, so nothing can listen there."
        ) from None


def milliseconds(seconds: float) -> str:
    """A duration as HAProxy writes it."""
    return f"{max(1, round(seconds * 1000))}ms"
