"""Code and message of the errors that HAProxy and lighttpd answer with themselves, by HTTP status."""

from __future__ import annotations

import json

from zato.agent.limits import HEAD_BYTES_MAX, HEADERS_MAX, URI_BYTES_MAX

Errors = dict[int, tuple[str, str]]
_TOO_LARGE = "which is the most that is taken here"

_FIXED: Errors = {
    400: ("bad-request", "The request is not valid HTTP."),
    401: ("unauthorized", "Credentials are missing or not valid."),
    403: ("forbidden", "This is not allowed."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This method is not known here."),
    411: ("length-required", "The request has a body and does not say how long it is."),
    414: ("uri-too-long", f"The address of the request is longer than {URI_BYTES_MAX} bytes, {_TOO_LARGE}."),
    417: ("expectation-failed", "The request expects something that this server does not offer."),
    429: ("too-many-requests", "Too many requests came from this address; try again later."),
    431: (
        "header-too-large",
        f"The header of the request is larger than {HEAD_BYTES_MAX} bytes or has more than {HEADERS_MAX} fields, "
        f"{_TOO_LARGE}.",
    ),
    500: ("internal-error", "The request could not be handled."),
    501: ("not-implemented", "The request uses a part of HTTP that this server does not offer."),
    502: ("bad-gateway", "The server did not answer; the request may or may not have been handled."),
    503: ("unavailable", "No server is available at the moment; try again later."),
    504: ("gateway-timeout", "The server did not answer in time; the request may or may not have been handled."),
    505: ("http-version-not-supported", "The request is in a version of HTTP that this server does not know."),
}

INCOMPLETE = ("incomplete-body", "The body of the request did not arrive: it stopped, broke off, or is not valid HTTP.")
"""Where the server has had a part of the body: 408 if the body stopped, 400 otherwise."""


def errors(*, body_bytes_max: int, late: str) -> Errors:
    """All errors. What is larger, or later, than a limit is told the limit and its setting; `late` is that of time."""
    return {
        **_FIXED,
        408: ("request-timeout", f"The request took too long to arrive: {late}."),
        413: (
            "too-large",
            f"The body of the request is larger than {body_bytes_max} bytes, {_TOO_LARGE} (max_body_bytes of the "
            "server).",
        ),
    }


def too_many(what: str, setting: str) -> tuple[str, str]:
    """The error 429 for a source that has reached a limit, which a setting may change."""
    return _FIXED[429][0], f"{what} from this address, which is more than one may have ({setting})."


def error_body(code: str, message: str, cid: str) -> str:
    """The body of an error as the server itself writes it; `cid` may be an expression of the program's own."""
    return json.dumps({"error": {"code": code, "message": message, "cid": cid, "details": []}})
