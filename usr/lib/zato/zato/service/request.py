"""What a service gets: self.request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from zato.core.charsets import UTF_8, codec_of, named_in
from zato.core.cookies import sent_cookies
from zato.core.errors import InvalidInput
from zato.core.json import decode
from zato.core.principal import ANONYMOUS, Principal
from zato.service.records import InputData
from zato.service.values import as_mapping

_PARAMETERS_MAX = 1000
_FORM = "application/x-www-form-urlencoded"
_TEXTUAL = ("text/", "application/json", "application/xml", _FORM)
_TEXTUAL_SUFFIXES = ("+json", "+xml")
_NO_PARAMETERS: Mapping[str, Any] = {}


class HTTPRequest:
    """The HTTP side of a request: self.request.http. Empty where the service was not invoked over HTTP."""

    __slots__ = ("_cookies", "_form", "_get", "body", "headers", "method", "params", "path", "query_string")

    def __init__(
        self,
        method: str = "",
        path: str = "",
        *,
        params: Mapping[str, str] = _NO_PARAMETERS,
        query_string: str = "",
        headers: Mapping[str, str] = _NO_PARAMETERS,
        body: bytes = b"",
    ) -> None:
        """`params` are the path parameters; `headers` is looked up by lower-case names such as "content-type"."""
        self.method = method
        self.path = path
        self.params = params
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self._cookies: Mapping[str, str] | None = None
        self._get: Mapping[str, Any] | None = None
        self._form: Mapping[str, Any] | None = None

    @property
    def GET(self) -> Mapping[str, Any]:  # noqa: N802 - the name in the users' API
        """Parameters of the query string: text, or a list of texts where a name comes more than once."""
        if self._get is None:
            self._get = _parameters(self.query_string, "query string", UTF_8) if self.query_string else _NO_PARAMETERS
        return self._get

    @property
    def POST(self) -> Mapping[str, Any]:  # noqa: N802 - the name in the users' API
        """Fields of an HTML form, as GET; empty where the body is not a form."""
        if self._form is None:
            text = self.body.decode("latin-1") if self.is_form else ""
            self._form = _parameters(text, "form", self.codec) if text else _NO_PARAMETERS
        return self._form

    @property
    def codec(self) -> str:
        """Python's name for the charset that the body is said to have, UTF-8 unless it is. Raises InvalidInput."""
        return codec_of(named_in(self.headers.get("content-type", "")))

    @property
    def cookies(self) -> Mapping[str, str]:
        """Cookies that the client sent, by name."""
        if self._cookies is None:
            self._cookies = sent_cookies(self.headers.get("cookie", ""))
        return self._cookies

    @property
    def is_form(self) -> bool:
        """Whether the body is a form. Command-line clients call JSON a form unless told otherwise: that is not one."""
        content_type = self.headers.get("content-type", "")
        return content_type.partition(";")[0].strip().lower() == _FORM and self.body.lstrip()[:1] not in b"{["


@dataclass(frozen=True, slots=True)
class MessageDelivery:
    """How a service came to be invoked by self.invoke_async: self.request.delivery."""

    id: str
    """The id of the message, the same each time it is delivered."""
    redelivered: bool
    """Whether it may have been processed before, in whole or in part."""
    attempt: int
    """From 1."""


class Request:
    """One invocation's input. `raw_request` is what came: bytes from a channel, any object from a service."""

    __slots__ = ("_input", "_is_value", "_payload", "cid", "delivery", "http", "is_json", "principal", "raw_request")

    def __init__(
        self,
        raw_request: Any = b"",
        *,
        cid: str,
        http: HTTPRequest | None = None,
        principal: Principal = ANONYMOUS,
        is_json: bool = True,
        delivery: MessageDelivery | None = None,
    ) -> None:
        """`delivery` is None unless the service is invoked asynchronously.

        `is_json`: bytes are a JSON document (REST channels); otherwise they are text or binary data (plain HTTP)."""
        self.raw_request = raw_request
        self.cid = cid
        self.http = http if http is not None else HTTPRequest()
        self.principal = principal
        self.is_json = is_json
        self.delivery = delivery
        self._payload: Any = _UNREAD
        self._is_value = False  # whether the payload has been read from JSON, so that text in it is a value
        self._input: Any = _UNREAD

    @property
    def payload(self) -> Any:
        """The message: decoded JSON or a form's fields (REST), text or bytes (plain HTTP), the object itself (invoke).

        None where there is no message. Raises InvalidInput where the message is not what it should be.
        """
        if self._payload is _UNREAD:
            self._payload = self._read()
        return self._payload

    @payload.setter
    def payload(self, value: Any) -> None:
        self._payload = value

    @property
    def input(self) -> Any:
        """The declared input, validated. Without a declaration, all named values of path, query and message."""
        if self._input is _UNREAD:
            payload = self.payload
            self._input = InputData({**(as_mapping(payload) or {}), **self.http.GET, **self.http.params})
        return self._input

    @input.setter
    def input(self, value: Any) -> None:
        self._input = value

    def message(self) -> Any:
        """The payload for a declared input: text that another service passed is JSON, too."""
        payload = self.payload
        if self._is_value or not isinstance(payload, str | bytes):
            return payload
        if not payload:
            return None
        return _decoded(payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload)

    def text(self) -> Any:
        """The same for a declared input that is text itself: whatever is text already is the value."""
        payload = self.payload
        return payload if isinstance(payload, str) and not self._is_value else self.message()

    def _read(self) -> Any:
        raw = self.raw_request
        if type(raw) is not bytes:
            return raw
        if not raw:
            return None
        if self.http.is_form:
            return dict(self.http.POST)
        if self.is_json:
            self._is_value = True
            return _decoded(raw, self.http.codec)
        return _text(raw, self.http)


_UNREAD: Any = object()


def _parameters(text: str, where: str, codec: str) -> dict[str, Any]:
    try:
        if not text.isascii():  # not percent-encoded: WSGI gives each byte as one character (PEP 3333)
            text = text.encode("latin-1").decode(codec)
        pairs = parse_qsl(text, keep_blank_values=True, encoding=codec, errors="strict", max_num_fields=_PARAMETERS_MAX)
    except UnicodeError as error:
        what = "UTF-8" if codec == UTF_8 else codec
        raise InvalidInput(f"The {where} is not valid {what}.", code="invalid-utf8") from error
    except ValueError as error:
        raise InvalidInput(
            f"The {where} has more than {_PARAMETERS_MAX} parameters.", code="too-many-parameters"
        ) from error
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name not in result:
            result[name] = value
        elif isinstance(result[name], list):
            result[name].append(value)
        else:
            result[name] = [result[name], value]
    return result


def _decoded(raw: bytes, codec: str = UTF_8) -> Any:
    value = decode(raw, codec)
    # In UTF-8 only an escape can name half of a character, which no answer or database could take
    if codec != UTF_8 or b"\\u" in raw:
        try:
            msgspec.json.encode(value)
        except UnicodeEncodeError as error:
            message = "The JSON has a lone surrogate (\\ud800 to \\udfff), which is not a character."
            raise InvalidInput(message, code="invalid-json") from error
    return value


def _text(raw: bytes, http: HTTPRequest) -> str | bytes:
    """Text where the content type says so, or says nothing and the bytes are UTF-8; otherwise the bytes."""
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith(_TEXTUAL) and not kind.endswith(_TEXTUAL_SUFFIXES):
        return raw
    codec = http.codec
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        if not kind:
            return raw
        raise InvalidInput(f"The message is not valid {codec} at byte {error.start}.", code="invalid-utf8") from error
