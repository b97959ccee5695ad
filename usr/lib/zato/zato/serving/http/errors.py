"""The one place where exceptions become what a caller sees: a code, a sentence and the correlation id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import falcon
import msgspec

from zato.core.correlation import new_cid
from zato.core.errors import (
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    ZatoError,
)
from zato.core.validation_errors import capped, shortened
from zato.host.logs import get_logger

_log = get_logger("zato.http")
_encoder = msgspec.json.Encoder()

JSON = "application/json"
# The only scheme with a challenge that clients act on (RFC 7617); API keys and certificates have none.
_CHALLENGE = 'Basic realm="Zato", charset="UTF-8"'
_MESSAGE_LENGTH_MAX = 2000
_FINDINGS_MAX = 100
_UNEXPECTED = "Something went wrong inside Zato; the server's log has the reason under this correlation id."


def error_body(error: ZatoError, cid: str) -> bytes:
    """`{"error": {"code", "message", "cid", "details"}}` as JSON, however much there is to find fault with.

    With `findings` where the error has them.
    """
    message, details = shortened(error.message, _MESSAGE_LENGTH_MAX), capped(error.details)
    body: dict[str, Any] = {"code": error.code, "message": message, "cid": cid, "details": details}
    if error.findings:
        body["findings"] = error.findings[:_FINDINGS_MAX]
    try:
        return _encoder.encode({"error": body})
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot have
        plain = [text.encode("utf-8", "backslashreplace").decode() for text in (message, *details)]
        body.pop("findings", None)
        return _encoder.encode({"error": {**body, "message": plain[0], "details": plain[1:]}})


def error_headers(error: ZatoError) -> dict[str, str]:
    """The headers that the error's status calls for (RFC 9110, sections 10.2.3, 10.2.1 and 11.6.1; RFC 6585)."""
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": _CHALLENGE}
    if isinstance(error, Unavailable | TooManyRequests):
        return {"Retry-After": str(max(1, error.retry_after_seconds))}
    return {}


def from_falcon(error: falcon.HTTPError) -> ZatoError:
    """Ours for one that Falcon raised by itself."""
    status = error.status_code
    headers = {name.lower(): value for name, value in _pairs(error.headers)}
    if status == 405:
        allowed = tuple(method.strip() for method in headers.get("allow", "").split(",") if method.strip())
        return MethodNotAllowed(f"This path takes {', '.join(allowed) or 'no method'}.", allowed)
    text = error.description or f"The request was refused: {error.title}."
    if status == 404:
        return NotFound("There is nothing at this path.", code="no-such-path")
    if status == 413:
        return TooLarge(text)
    if status == 503:
        return Unavailable(text)
    if 400 <= status < 500:
        return _with_status(InvalidInput(text, code=_CODES.get(status, "invalid-request")), status)
    return _with_status(ZatoError(_UNEXPECTED), status)


_CODES = {406: "not-acceptable", 411: "length-required", 414: "too-long", 415: "unsupported-media-type"}


def _with_status(error: ZatoError, status: int) -> ZatoError:
    error.status = status
    return error


def _pairs(headers: Any) -> list[tuple[str, str]]:
    if headers is None:
        return []
    return list(headers.items() if hasattr(headers, "items") else headers)


class Answerable(Protocol):
    """HttpAnswer, and Falcon's response."""

    status: Any
    data: Any

    def set_header(self, name: str, value: str) -> None: ...


def answer_error(answer: Answerable, error: ZatoError, cid: str) -> None:
    """Make the answer the error's."""
    answer.status = error.status
    answer.data = error_body(error, cid)
    answer.set_header("Content-Type", JSON)
    answer.set_header("X-Zato-CID", cid)
    for name, value in error_headers(error).items():
        answer.set_header(name, value)


def unexpected(error: Exception, cid: str, method: str, path: str) -> ZatoError:
    """What the caller is told of what nobody foresaw; the log has the reason."""
    _log.error("A request failed unexpectedly", cid=cid, method=method, path=path, exc_info=error)
    return ZatoError(_UNEXPECTED)


def add_error_handlers(app: falcon.App[Any, Any], unrouted: Callable[[int], None] = lambda status: None) -> None:
    """Have Falcon answer every exception that ends a request, its own and unforeseen ones too.

    `unrouted` is told the status of each request that nothing else was there to answer or to count.
    """

    def on_ours(req: falcon.Request, resp: falcon.Response, error: ZatoError, _params: dict[str, Any]) -> None:
        if req.uri_template is None:
            unrouted(error.status)
        answer_error(resp, error, _cid(req))

    def on_falcon(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, _params: dict[str, Any]) -> None:
        unrouted(error.status_code)
        answer_error(resp, from_falcon(error), _cid(req))

    app.add_error_handler(Exception, _on_unexpected)
    app.add_error_handler(falcon.HTTPError, on_falcon)
    app.add_error_handler(ZatoError, on_ours)


def _on_unexpected(req: falcon.Request, resp: falcon.Response, error: Exception, _params: dict[str, Any]) -> None:
    cid = _cid(req)
    answer_error(resp, unexpected(error, cid, req.method, req.path), cid)


def _cid(req: falcon.Request) -> str:
    known = getattr(req, "cid", None)
    return known if isinstance(known, str) else new_cid()
