"""What a browser is told about a channel that pages of other sites may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zato.config.kinds.cors import ANY_ORIGIN, HasCors
from zato.core.errors import Forbidden

if TYPE_CHECKING:
    from zato.serving.http.answer import HttpAnswer

ORIGIN = "HTTP_ORIGIN"
ASKED_METHOD = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_ALWAYS_EXPOSED = ("X-Zato-CID", "Retry-After")


@dataclass(frozen=True, slots=True)
class Cors:
    """The rules of one channel."""

    origins: frozenset[str]
    methods: str
    headers: str
    exposed: str
    credentials: bool
    max_age_seconds: int

    def mark(self, environ: Mapping[str, Any], answer: HttpAnswer) -> None:
        """Lets the page that asks read the answer, an error too. A page that may not is told nothing."""
        if self._lets_in(environ, answer):
            answer.set_header("Access-Control-Expose-Headers", self.exposed)

    def preflight(self, environ: Mapping[str, Any], answer: HttpAnswer) -> None:
        """The answer to a browser that asks before it sends a request. Raises Forbidden for an origin not listed."""
        if not self._lets_in(environ, answer):
            raise Forbidden("Pages of this origin may not call this channel (cors_origins).", code="cors-origin")
        answer.status = 204
        answer.set_header("Access-Control-Allow-Methods", self.methods)
        answer.set_header("Access-Control-Max-Age", str(self.max_age_seconds))
        if self.headers:
            answer.set_header("Access-Control-Allow-Headers", self.headers)

    def _lets_in(self, environ: Mapping[str, Any], answer: HttpAnswer) -> bool:
        if ANY_ORIGIN in self.origins:
            answer.set_header("Access-Control-Allow-Origin", ANY_ORIGIN)
            return True
        # Also where there is no origin: a cache must not keep this answer for those who have one
        answer.append_header("Vary", "Origin")
        origin = environ.get(ORIGIN)
        if origin not in self.origins:
            return False
        answer.set_header("Access-Control-Allow-Origin", origin)
        if self.credentials:
            answer.set_header("Access-Control-Allow-Credentials", "true")
        return True


def cors_of(value: HasCors, methods: tuple[str, ...]) -> Cors | None:
    """The rules of a channel that answers these methods; None where only pages of its own site may call it."""
    if not value.cors_origins:
        return None
    return Cors(
        frozenset(value.cors_origins),
        ", ".join(methods),
        ", ".join(value.cors_headers),
        ", ".join((*_ALWAYS_EXPOSED, *value.cors_expose_headers)),
        value.cors_credentials,
        value.cors_max_age_seconds,
    )


def asks_before(method: str, environ: Mapping[str, Any]) -> str | None:
    """The method that a browser asks about before it sends it, as the page is another site's; None for no such."""
    return environ.get(ASKED_METHOD) if method == "OPTIONS" and ORIGIN in environ else None
