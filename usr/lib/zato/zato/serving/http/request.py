"""What is known of an HTTP request beside its WSGI environ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import falcon

from zato.core.correlation import cid_from_traceparent, new_cid
from zato.host.logs import correlate

_CID = re.compile(r"[A-Za-z0-9-]{8,64}")


def cid_of(environ: Mapping[str, Any]) -> str:
    """The id that lighttpd passed on, else the trace-id of `traceparent`, else a new one. Lines of the log have it too.

    Call it once for each request, as a new id is a different one each time.
    """
    known: str | None = environ.get("HTTP_X_ZATO_CID")
    if known is None or not _CID.fullmatch(known):
        known = cid_from_traceparent(environ.get("HTTP_TRACEPARENT", "")) or new_cid()
    correlate(known)
    return known


def path_in(environ: Mapping[str, Any]) -> str:
    """The decoded path, for services. WSGI gives each byte as one character (PEP 3333)."""
    path: str = environ["PATH_INFO"] or "/"
    return path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")


class ZatoRequest(falcon.Request):
    """Falcon's request with a correlation id."""

    __slots__ = ("_cid",)

    _cid: str | None

    @property
    def cid(self) -> str:
        """See `cid_of`."""
        try:
            known = self._cid
        except AttributeError:
            known = None
        if known is None:
            known = self._cid = cid_of(self.env)
        return known


class EnvironHeaders(Mapping[str, str]):
    """The request's headers by lower-case name ("content-type"), read from the WSGI environ where one asks for them."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        value: str = self._environ[key if key in _WITHOUT_PREFIX else f"HTTP_{key}"]
        return value

    def __iter__(self) -> Iterator[str]:
        for key in self._environ:
            if key.startswith("HTTP_") or key in _WITHOUT_PREFIX:
                yield key.removeprefix("HTTP_").replace("_", "-").lower()

    def __len__(self) -> int:
        return sum(1 for _ in self)


def needs_memory(environ: Mapping[str, Any], number: int) -> None:
    """Takes so many bytes more of the worker's memory, until the request ends. Raises TooLarge, Unavailable."""
    active = environ.get("zato.request")
    if active is not None:
        active.needs(number)


def answered(environ: Mapping[str, Any], status: int) -> int:
    """The status that the caller was told: 504 where the time limit was answered for, whatever came afterwards."""
    active = environ.get("zato.request")
    return 504 if active is not None and active.abandoned else status


_WITHOUT_PREFIX = frozenset(("CONTENT_TYPE", "CONTENT_LENGTH"))
