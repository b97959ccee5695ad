"""The WSGI application: users' channels from the current snapshot, everything under /zato/ by Falcon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zato.core.errors import NotFound, Unavailable, ZatoError
from zato.core.target import path_of, segments_of
from zato.serving.dispatcher import Dispatcher
from zato.serving.http.answer import HttpAnswer
from zato.serving.http.cors import asks_before
from zato.serving.http.errors import answer_error, unexpected
from zato.serving.http.own_paths import OwnPaths, not_allowed
from zato.serving.http.request import cid_of, path_in
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch

_OWN = "zato"
_NO_VALUES: Mapping[str, str] = {}

Environ = dict[str, Any]
_Responder = Callable[[Dispatcher, Environ, str, Mapping[str, str], HttpAnswer], None]
_Found = tuple[_Responder, Dispatcher, Mapping[str, str]]


class HttpApplication:
    """For channels, what a request has is read from the environ only where it is needed."""

    def __init__(
        self,
        switch: Switch[ServedRevision],
        staleness: Staleness,
        own: OwnPaths,
        unrouted: Callable[[int], None] = lambda status: None,
    ) -> None:
        """`unrouted` is told the status of each request that came to no channel."""
        self._switch = switch
        self._staleness = staleness
        self._own = own
        self._unrouted = unrouted

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method = path_of(environ["RAW_URI"]), environ["REQUEST_METHOD"]
        if path.startswith("/zato/"):
            return self._own(environ, start_response)
        cid, answer = cid_of(environ), HttpAnswer()
        try:
            found = self._found(path, method, environ)
            if found is None:
                return self._own(environ, start_response)
            respond, dispatcher, values = found
            respond(dispatcher, environ, cid, values, answer)
        except ZatoError as error:
            answer_error(answer, error, cid)
        except Exception as error:  # noqa: BLE001 - the outermost frame of a request
            answer_error(answer, unexpected(error, cid, method, path_in(environ)), cid)
        status, header, body = answer.finished(method)
        start_response(status, header)
        return body

    def _found(self, path: str, method: str, environ: Environ) -> _Found | None:
        """What answers; None where that is Zato's own. Raises ZatoError where nothing does, and counts it."""
        try:
            return self._channel(path, method, environ)
        except ZatoError as error:
            self._unrouted(error.status)
            raise

    def _channel(self, path: str, method: str, environ: Environ) -> _Found | None:
        """As above. Raises InvalidInput, NotFound, MethodNotAllowed, or Unavailable while nothing is known.

        The path is taken as it was sent, so that slashes that are characters of a segment stay so.
        """
        self._staleness.visited()
        served = self._staleness.current(self._switch)
        channel = served.routes.literal(path, method)
        if channel is not None and method != "OPTIONS":
            return channel.respond, served.dispatcher, _NO_VALUES
        segments = segments_of(path)
        if len(segments) > 1 and segments[0] == _OWN:
            return None
        asked = asks_before(method, environ)
        if asked is not None:
            found = served.routes.find(segments, asked)
            if found is not None and found[0].cors is not None:
                return found[0].preflight, served.dispatcher, found[1]
        found = served.routes.find(segments, method)
        if found is not None:
            return found[0].respond, served.dispatcher, found[1]
        if not served.snapshot.known:
            raise Unavailable(
                "This server does not know its configuration yet, since the ODB is away.", code="no-configuration"
            )
        allowed = served.routes.methods(segments)
        if not allowed:
            raise NotFound(f"There is no channel at {path}.", code="no-such-path")
        raise not_allowed(f"channel at {path}", allowed, method)
