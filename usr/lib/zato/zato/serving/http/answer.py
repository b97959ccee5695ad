"""A channel's answer before it is sent."""

from __future__ import annotations

import re
from functools import cache

import falcon

_SET_COOKIE = "set-cookie"
# RFC 9110, sections 8.6, 15.3.5 and 15.4.5
_WITHOUT_BODY = frozenset({204, 304})
_LENGTH = re.compile(r"[0-9]{1,18}")
_status_line = cache(falcon.code_to_http_status)


class HttpAnswer:
    """Status, header and body of one response. Names of header fields are sent in lower case."""

    __slots__ = ("_cookies", "_fields", "data", "status")

    def __init__(self) -> None:
        self.status = 200
        self.data = b""
        self._fields: dict[str, str] = {}
        self._cookies: list[tuple[str, str]] | None = None

    def set_header(self, name: str, value: str) -> None:
        """The field has this value only."""
        self._fields[name.lower()] = value

    def append_header(self, name: str, value: str) -> None:
        """The field has this value, too: after a comma, or in a line of its own for cookies, which cannot be joined."""
        name = name.lower()
        if name == _SET_COOKIE:
            self._cookies = [*(self._cookies or ()), (name, value)]
        else:
            known = self._fields.get(name)
            self._fields[name] = value if known is None else f"{known}, {value}"

    def finished(self, method: str) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        """Status line, header and body as WSGI wants them, for a request with this method. Call it once.

        The length is what the body has, whatever was set. HEAD is told the one that GET would have been: that of the
        body, unless the service has said another one.
        """
        fields, status = self._fields, self.status
        body = [self.data]
        if status in _WITHOUT_BODY:
            body = []
            fields.pop("content-length", None)
        elif method == "HEAD":
            body = []
            if not _LENGTH.fullmatch(fields.get("content-length", "")):
                fields["content-length"] = str(len(self.data))
        else:
            fields["content-length"] = str(len(self.data))
        header = list(fields.items())
        if self._cookies is not None:
            header += self._cookies
        return _status_line(status), header, body
