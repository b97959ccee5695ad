"""What a service answers: self.response."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from zato.core.cookies import SameSite, cookie_line
from zato.core.headers import Values, fields_of
from zato.service.errors import InvalidOutput
from zato.service.values import encode

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
_SET_COOKIE = "Set-Cookie"
_WITHOUT_BODY = frozenset({204, 205, 304})  # RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5
# What surely passes through HAProxy beside what is added to it (tune.bufsize and tune.http.maxhdr)
_HEADER_BYTES_MAX = 30 * 1024
_HEADER_FIELDS_MAX = 480
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110, section 5.6.2
_NOT_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")


class Response:
    """Set `payload` to a dict, list, text, bytes, struct, dataclass or object with to_dict; None is no body.

    `content_type` None lets the channel choose. A header's value is text, or a list of texts where it is to be sent
    several times.
    """

    __slots__ = ("_cookies", "_headers", "content_type", "is_value", "payload", "status_code")

    def __init__(self) -> None:
        self.payload: Any = None
        self.status_code: int = 200
        self.content_type: str | None = None
        self.is_value = False
        """Whether the payload is a value of its declared type, text too: it is sent as JSON, as the document says."""
        self._headers: MutableMapping[str, Values] | None = None
        self._cookies: list[str] | None = None

    @property
    def has_headers(self) -> bool:
        """Whether the service set any, or cookies; asking `headers` would make an empty mapping."""
        return bool(self._headers) or self._cookies is not None

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The header as it is sent, cookies included: a name may be there several times."""
        cookies = [(_SET_COOKIE, line) for line in self._cookies or ()]
        return fields_of(self._headers or {}) + cookies

    @property
    def headers(self) -> MutableMapping[str, Values]:
        """Headers to send beside those of the server."""
        if self._headers is None:
            self._headers = {}
        return self._headers

    @headers.setter
    def headers(self, value: MutableMapping[str, Values]) -> None:
        self._headers = value

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | timedelta | None = None,
        expires: datetime | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = True,
        http_only: bool = True,
        same_site: SameSite | None = "Lax",
    ) -> None:
        """Have the client keep a cookie (RFC 6265): until it is closed, unless `max_age` or `expires` says otherwise.

        Raises InvalidOutput for what cannot be a cookie; encode values that are more than plain ASCII without blanks.
        """
        try:
            line = cookie_line(
                name,
                str(value),
                max_age=max_age,
                expires=expires,
                path=path,
                domain=domain,
                secure=secure,
                http_only=http_only,
                same_site=same_site,
            )
        except ValueError as error:
            raise InvalidOutput(f"The service set a cookie that cannot be sent: {error}.") from error
        self._cookies = [*(self._cookies or ()), line]

    def unset_cookie(self, name: str, *, path: str | None = "/", domain: str | None = None) -> None:
        """Have the client forget a cookie that was set with the same path and domain."""
        self.set_cookie(name, "", max_age=0, path=path, domain=domain)

    def encoded(self, text_type: str | None = None) -> bytes:
        """The body; sets `content_type` where the service did not, and there is a body: what is empty is of no type.

        Call it once, where errors are handled. Answers whose status says that they have no body have none.

        `text_type` is the channel's type for text and bytes; without it, text that is a JSON object or list is sent as
        such (services may write JSON themselves) and other text as plain text.
        Raises InvalidOutput where there is no JSON for the payload, or a header or the status cannot be sent.
        """
        if self.has_headers or self.content_type is not None or self.status_code != 200:
            self._check()
        if self.status_code in _WITHOUT_BODY:
            return b""
        own_type = self.content_type
        body = self._encoded(text_type)
        if not body:
            self.content_type = own_type
        return body

    def _encoded(self, text_type: str | None) -> bytes:
        payload = self.payload
        if self.is_value and text_type is None and self.content_type in {None, JSON}:
            self.content_type = JSON
            return self._as_json()
        if payload is None:
            return b""
        if isinstance(payload, str):
            body = _encode_text(payload)
            if self.content_type is None:
                self.content_type = text_type or (JSON if _is_json(body) else TEXT)
            return body
        if isinstance(payload, bytes | bytearray | memoryview):
            if self.content_type is None:
                self.content_type = text_type or BINARY
            return bytes(payload)
        if self.content_type is None:
            self.content_type = JSON
        return self._as_json()

    def _as_json(self) -> bytes:
        try:
            return encode(self.payload)
        except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
            raise InvalidOutput(f"The service's response cannot be written as JSON: {error}.") from error

    def _check(self) -> None:
        status = self.status_code
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise InvalidOutput(f"The service set the status code to {status!r}; it must be a number from 200 to 599.")
        self.status_code = int(status)  # http.HTTPStatus is one, too
        if self.content_type is not None:
            self.content_type = str(self.content_type)
            _check_value("Content-Type", self.content_type)
        if self._headers:
            headers = {str(name): _texts(value) for name, value in self._headers.items()}
            for name, value in fields_of(headers):
                if not _NAME.fullmatch(name):
                    raise InvalidOutput(f"The service set a header named {name!r}, which is not a name for a header.")
                _check_value(name, value)
            self._headers = headers
        if self.has_headers:
            _check_size(self.fields)


def _texts(value: Any) -> Values:
    return [str(each) for each in value] if isinstance(value, list | tuple) else str(value)


def _check_value(name: str, value: str) -> None:
    if _NOT_IN_VALUE.search(value):
        raise InvalidOutput(f"The service set the header {name} to a value with characters that a header cannot have.")


def _check_size(fields: list[tuple[str, str]]) -> None:
    size = sum(len(name) + len(value) + len(": \r\n") for name, value in fields)
    if size > _HEADER_BYTES_MAX or len(fields) > _HEADER_FIELDS_MAX:
        raise InvalidOutput(
            f"The service set {len(fields)} headers of {size} bytes together; there may be {_HEADER_FIELDS_MAX}, of "
            f"{_HEADER_BYTES_MAX} bytes. What is larger belongs into the body."
        )


def _encode_text(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidOutput("The service's response has text that cannot be written as UTF-8.") from error


def _is_json(body: bytes) -> bool:
    if body[:1] not in {b"{", b"["}:
        return False
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
