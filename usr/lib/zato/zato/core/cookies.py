"""Cookies as messages carry them (RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

SameSite = Literal["Strict", "Lax", "None"]

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")
_ATTRIBUTE = re.compile(r"[ -:<-~]*")


def cookie_line(
    name: str,
    value: str,
    *,
    max_age: int | timedelta | None,
    expires: datetime | None,
    path: str | None,
    domain: str | None,
    secure: bool,
    http_only: bool,
    same_site: SameSite | None,
) -> str:
    """The value of a Set-Cookie header. Raises ValueError that says what is wrong with which part of it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name for a cookie")
    if not _VALUE.fullmatch(value):
        raise ValueError(f"the value of the cookie {name} has blanks, quotes, commas, semicolons or other characters")
    parts = [f"{name}={value}"]
    if max_age is not None:
        seconds = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
        parts.append(f"Max-Age={int(seconds)}")
    if expires is not None:
        if expires.tzinfo is None:
            raise ValueError(f"the time at which the cookie {name} expires does not say its zone")
        parts.append(f"Expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    for attribute, text in (("Path", path), ("Domain", domain)):
        if text is not None:
            if not _ATTRIBUTE.fullmatch(text):
                raise ValueError(f"the {attribute.lower()} of the cookie {name} has characters that it cannot have")
            parts.append(f"{attribute}={text}")
    if same_site is not None:
        if same_site not in ("Strict", "Lax", "None"):
            raise ValueError(f"same_site of the cookie {name} must be Strict, Lax or None, as text")
        if same_site == "None" and not secure:
            raise ValueError(f"the cookie {name} has same_site 'None', which browsers take with secure only")
        parts.append(f"SameSite={same_site}")
    parts += ["Secure"] * secure + ["HttpOnly"] * http_only
    return "; ".join(parts)


def sent_cookies(header: str) -> dict[str, str]:
    """Those in a Cookie header, by name. Of several of one name the first, which is the one with the longest path."""
    return _by_name(header.split(";"))


def received_cookies(lines: Iterable[str]) -> dict[str, str]:
    """Those in Set-Cookie headers, by name, without their attributes. Of several of one name the last."""
    return {name: value for line in lines for name, value in _by_name([line.partition(";")[0]]).items()}


def _by_name(pairs: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.strip().partition("=")
        if equals and name:
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] == '"':
                value = value[1:-1]
            found.setdefault(name.strip(), value)
    return found
