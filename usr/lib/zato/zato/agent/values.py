"""Values on their way into other programs' configuration files: what could end a string or a line is refused."""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path

from zato.core.errors import SetupError

# No escaping rules to get wrong: neither program's configuration needs these inside a quoted string
_NOT_QUOTABLE = re.compile(r"[\x00-\x1f\x7f\"'\\`$%{}]")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")

ERRORS: dict[int, tuple[str, str]] = {
    400: ("bad-request", "The request is not valid HTTP."),
    401: ("unauthorized", "Credentials are missing or not valid."),
    403: ("forbidden", "This is not allowed."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This method is not known here."),
    408: ("request-timeout", "The request took too long to arrive."),
    411: ("length-required", "The request has a body and does not say how long it is."),
    413: ("too-large", "The body of the request is larger than this server accepts."),
    414: ("uri-too-long", "The address of the request is longer than this server accepts."),
    417: ("expectation-failed", "The request expects something that this server does not offer."),
    429: ("too-many-requests", "Too many requests came from this address; try again later."),
    431: ("header-too-large", "The header of the request is larger than this server accepts."),
    500: ("internal-error", "The request could not be handled."),
    501: ("not-implemented", "The request uses a part of HTTP that this server does not offer."),
    502: ("bad-gateway", "The server did not answer; the request may or may not have been handled."),
    503: ("unavailable", "No server is available at the moment; try again later."),
    504: ("gateway-timeout", "The server did not answer in time; the request may or may not have been handled."),
    505: ("http-version-not-supported", "The request is in a version of HTTP that this server does not know."),
}
"""Code and message of the errors that HAProxy and lighttpd answer with themselves, by HTTP status."""

BACKEND_GONE = 425
"""What lighttpd answers HAProxy with in place of 502 and 503 where the application has not answered.

Of the statuses that HAProxy can be told to repeat a request for (retry-on), it is the one with the least use of its
own: an application's is carried as GONE_BY_APPLICATION. X-Zato-Status has the status for the client.
"""
GONE_BY_APPLICATION = 499
TOLD = (BACKEND_GONE, 502, 503)
"""Statuses that X-Zato-Status may have."""


def error_body(code: str, message: str, cid: str) -> str:
    """The body of an error as the server itself writes it; `cid` may be an expression of the program's own."""
    return json.dumps({"error": {"code": code, "message": message, "cid": cid}})


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
