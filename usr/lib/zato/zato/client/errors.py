"""An error of the admin API as the exception it was on the server."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from zato.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    OutgoingFailed,
    ServiceFailed,
    TimeLimitExceeded,
    TooLarge,
    Unauthorized,
    Unavailable,
    ZatoError,
)
from zato.core.finding import Finding
from zato.host.unix_http import Reply

_BY_STATUS: dict[int, type[ZatoError]] = {
    400: InvalidInput,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    504: TimeLimitExceeded,
}


def rebuilt(reply: Reply) -> ZatoError:
    """The error with its code, message, details and correlation id, and with the reply's status."""
    text = _error_of(reply)
    message = str(text.get("message") or f"The answer was a {reply.status} that says nothing more.")
    error = _instance(reply.status, str(text.get("code") or ""), message)
    if text.get("code"):
        error.code = str(text["code"])
    error.details = tuple(str(detail) for detail in text.get("details") or ())
    error.findings = _findings(text.get("findings"))
    error.status = reply.status
    error.cid = str(text["cid"]) if text.get("cid") else None
    return error


def _error_of(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _findings(given: Any) -> tuple[Finding, ...]:
    try:
        return msgspec.convert(given, tuple[Finding, ...])
    except msgspec.ValidationError:  # there are none, or another release says them otherwise; the details have them too
        return ()


def _instance(status: int, code: str, message: str) -> ZatoError:
    if status == 401:
        return Unauthorized(message)
    if status == 405:
        return MethodNotAllowed(message, ())
    if status == 502:
        return OutgoingFailed(message, stage="")
    if status == 503:
        return Unavailable(message)
    if code == ServiceFailed.code:
        return ServiceFailed(message)
    return _BY_STATUS.get(status, InvalidInput if 400 <= status < 500 else ZatoError)(message)
