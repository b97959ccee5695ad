"""What a browser is told about a channel that pages of other sites may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zato.config.kinds.cors import ANY_ORIGIN, HasCors
from zato.core.errors import Forbidden

if TYPE_CHECKING:
    import falcon

ORIGIN = "HTTP_ORIGIN"
ASKED_METHOD = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_ALWAYS_EXPOSED = ("X-Zato-CID", "Retry-After")


@dataclass(frozen=True, slots=True)
class Cors:
    """Of one channel."""

    origins: frozenset[str]
    methods: str
    headers: str
    exposed: str
    credentials: bool
    max_age_seconds: int

    def mark(self, environ: Mapping[str, Any], resp: falcon.Response) -> None:
        """Lets the page that asks read the answer, an error too. A page that may not is told nothing."""
        if self._lets_in(environ, resp):
            resp.set_header("Access-Control-Expose-Headers", self.exposed)

    def preflight(self, environ: Mapping[str, Any], resp: falcon.Response) -> None:
        """The answer to a browser that asks before it sends a request. Raises Forbidden for an origin not listed."""
        if not self._lets_in(environ, resp):
            raise Forbidden("Pages of this origin may not call this channel (cors_origins).", code="cors-origin")
        resp.status = 204
        resp.set_header("Access-Control-Allow-Methods", self.methods)
        resp.set_header("Access-Control-Max-Age", str(self.max_age_seconds))
        if self.headers:
            resp.set_header("Access-Control-Allow-Headers", self.headers)

    def _lets_in(self, environ: Mapping[str, Any], resp: falcon.Response) -> bool:
        if ANY_ORIGIN in self.origins:
            resp.set_header("Access-Control-Allow-Origin", ANY_ORIGIN)
            return True
        # Also where there is no origin: a cache must not keep this answer for those who have one
        resp.append_header("Vary", "Origin")
        origin = environ.get(ORIGIN)
        if origin not in self.origins:
            return False
        resp.set_header("Access-Control-Allow-Origin", origin)
        if self.credentials:
            resp.set_header("Access-Control-Allow-Credentials", "true")
        return True


def cors_of(value: HasCors, methods: tuple[str, ...]) -> Cors | None:
    """That of a channel which answers these methods; None where it is for pages of its own site only."""
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
