"""Where a REST connection leads, and what is asked for there: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from zato.connector.outcome import Stage
from zato.core.errors import InvalidInput, OutgoingFailed

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """An address such as https://crm.example.com:8443/customers/{id}, taken apart. Has no credentials in it."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """`text` has passed the checks of its configuration kind; credentials in it would be dropped."""
        parts = urlsplit(text)
        return cls(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.path or "/")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    def target(self, name: str, params: Mapping[str, Any] | None) -> str:
        """The path and query to ask for: `params` fill the placeholders, percent-encoded; the rest is the query.

        None leaves a query parameter out, a list repeats it, True is true. `name` is the connection's, for errors:
        OutgoingFailed where a placeholder has no parameter, InvalidInput where its value would lead to another path.
        """
        given = {key: value for key, value in (params or {}).items() if value is not None}
        placeholders = frozenset(_PLACEHOLDER.findall(self.path))

        def fill(match: re.Match[str]) -> str:
            if match[1] not in given:
                raise OutgoingFailed(
                    f"The address {self} of the outgoing REST connection {name!r} needs the parameter {match[1]!r}.",
                    stage=Stage.REQUEST,
                    code="outgoing-request",
                )
            value = _text(given[match[1]])
            if not value:
                raise _unusable(name, match[1], value)
            return quote(value, safe="")

        path = _PLACEHOLDER.sub(fill, self.path)
        for before, after in zip(self.path.split("/"), path.split("/"), strict=True):
            if before != after and after in {".", ".."}:
                raise _unusable(name, _PLACEHOLDER.findall(before)[0], after)
        query = [
            (key, _text(each))
            for key, value in given.items()
            if key not in placeholders
            for each in (value if isinstance(value, list | tuple | set | frozenset) else (value,))
        ]
        return f"{path}?{urlencode(query, quote_via=quote)}" if query else path

    def ping_target(self, ping_path: str) -> str:
        """What a ping asks for: `ping_path` after the part of the address that comes before any placeholder."""
        base, _, _ = self.path.partition("{")
        return (base.rpartition("/")[0] if base != self.path else base.rstrip("/")) + ping_path

    def redirected(self, target: str, location: str) -> str | None:
        """The target that a redirect of `target` leads to, or None where that is at another scheme, host or port.

        Credentials belong to one origin (RFC 6454), so a redirect away from it is not followed.
        """
        try:
            parts = urlsplit(urljoin(str(Address(self.scheme, self.host, self.port, "")) + target, location))
            origin = (parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme))
        except ValueError:
            return None
        if origin != (self.scheme, self.host, self.port) or "@" in parts.netloc:
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _unusable(name: str, parameter: str, value: str) -> InvalidInput:
    error = InvalidInput(
        f"{value!r} cannot be the parameter {parameter!r} of the outgoing REST connection {name!r}: "
        f"it would lead to another path.",
        code="invalid-path-parameter",
    )
    error.message_outside = f"{value!r} cannot be used: it is no part of a path, but would lead to another one."
    return error
