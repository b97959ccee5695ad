"""The Falcon application: users' channels from the current snapshot, everything under /zato/ from fixed routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import falcon
from falcon.responders import create_default_options
from falcon.routing import CompiledRouter, map_http_methods

from zato.core.errors import MethodNotAllowed, NotFound, Unavailable
from zato.core.target import path_of, segments_of
from zato.serving.http.cors import asks_before
from zato.serving.http.request import ZatoRequest
from zato.serving.http.routes import RouteTable
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import Switch

Found = tuple[object, dict[str, Callable[..., None]], Mapping[str, str], str]
_OWN = "zato"


class SnapshotRouter(CompiledRouter):
    """Zato's own paths from a table that is made while the process starts, channels from the current revision."""

    def __init__(self, switch: Switch[ServedRevision], staleness: Staleness) -> None:
        super().__init__()
        self._switch = switch
        self._staleness = staleness
        self._added: list[tuple[str, tuple[str, ...], Found]] = []
        self._own: RouteTable[Found] = RouteTable(())

    def add_route(self, uri_template: str, resource: object, **_options: Any) -> None:
        """Falcon's `add_route`. The resource's methods are on_get, on_post and so on."""
        responders: dict[str, Any] = dict(map_http_methods(resource))
        if "GET" in responders:
            responders.setdefault("HEAD", responders["GET"])
        responders.setdefault("OPTIONS", create_default_options(sorted(responders)))
        self._added.append((uri_template, tuple(responders), (resource, responders, {}, uri_template)))
        self._own = RouteTable(self._added)

    def find(self, uri: str, req: Any = None) -> Any:
        """What answers a path and method. Raises NotFound, MethodNotAllowed, or Unavailable while nothing is known.

        The path is taken as it was sent: Falcon's is decoded as a whole, so that slashes in it may be anything.
        """
        path = path_of(req.env["RAW_URI"])
        method: str = req.method
        if path.startswith("/zato/"):
            return self._find_own(path, segments_of(path), method)
        self._staleness.visited()
        served = self._staleness.current(self._switch)
        channel = served.routes.literal(path, method)
        if channel is not None and method != "OPTIONS":
            return channel, {method: partial(channel.respond, served.dispatcher)}, {}, channel.path
        segments = segments_of(path)
        if len(segments) > 1 and segments[0] == _OWN:
            return self._find_own(path, segments, method)
        asked = asks_before(method, req.env)
        if asked is not None:
            found = served.routes.find(segments, asked)
            if found is not None and found[0].cors is not None:
                channel, values = found
                return channel, {method: channel.preflight}, values, channel.path
        found = served.routes.find(segments, method)
        if found is not None:
            channel, values = found
            return channel, {method: partial(channel.respond, served.dispatcher)}, values, channel.path
        if not served.snapshot.known:
            raise Unavailable(
                "This server does not know its configuration yet, since the ODB is away.", code="no-configuration"
            )
        allowed = served.routes.methods(segments)
        if not allowed:
            raise NotFound(f"There is no channel at {path}.", code="no-such-path")
        raise _not_allowed(f"channel at {path}", allowed, method)

    def _find_own(self, path: str, segments: Sequence[str], method: str) -> Found:
        found = self._own.find(segments, method)
        if found is None:
            allowed = self._own.methods(segments)
            if not allowed:
                raise NotFound(f"There is nothing at {path}.", code="no-such-path")
            raise _not_allowed(f"path {path}", allowed, method)
        (resource, responders, _, template), values = found
        return resource, responders, values, template


def _not_allowed(what: str, allowed: tuple[str, ...], method: str) -> MethodNotAllowed:
    return MethodNotAllowed(f"The {what} takes {', '.join(allowed)}, not {method}.", allowed=allowed)


def create_app(switch: Switch[ServedRevision], staleness: Staleness) -> falcon.App[ZatoRequest, falcon.Response]:
    """An application without routes of its own yet; errors are the caller's to add."""
    app = falcon.App(request_type=ZatoRequest, router=SnapshotRouter(switch, staleness))
    app.req_options.strip_url_path_trailing_slash = False
    # What has no body is of no type
    cast(Any, app.resp_options).default_media_type = None
    return app
