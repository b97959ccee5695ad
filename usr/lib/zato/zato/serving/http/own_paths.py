"""What is under /zato/: served by Falcon, from routes that are made while the process starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import falcon
from falcon.responders import create_default_options
from falcon.routing import CompiledRouter, map_http_methods

from zato.core.errors import MethodNotAllowed, NotFound
from zato.core.target import path_of, segments_of
from zato.serving.http.errors import add_error_handlers
from zato.serving.http.request import ZatoRequest
from zato.serving.http.routes import RouteTable

_Found = tuple[object, dict[str, Callable[..., None]], Mapping[str, str], str]
OwnPaths = falcon.App[ZatoRequest, falcon.Response]


class _Router(CompiledRouter):
    """Goes by the same rules as channels do, not by Falcon's."""

    def __init__(self) -> None:
        super().__init__()
        self._added: list[tuple[str, tuple[str, ...], _Found]] = []
        self._routes: RouteTable[_Found] = RouteTable(())

    def add_route(self, uri_template: str, resource: object, **_options: Any) -> None:
        """Falcon's `add_route`. The resource's methods are on_get, on_post and so on."""
        responders: dict[str, Any] = dict(map_http_methods(resource))
        if "GET" in responders:
            responders.setdefault("HEAD", responders["GET"])
        responders.setdefault("OPTIONS", create_default_options(sorted(responders)))
        self._added.append((uri_template, tuple(responders), (resource, responders, {}, uri_template)))
        self._routes = RouteTable(self._added)

    def find(self, uri: str, req: Any = None) -> Any:
        """What answers a path and method. Raises NotFound, MethodNotAllowed.

        The path is taken as it was sent: Falcon's is decoded as a whole, so that slashes in it may be anything.
        """
        path = path_of(req.env["RAW_URI"])
        segments = segments_of(path)
        found = self._routes.find(segments, req.method)
        if found is None:
            allowed = self._routes.methods(segments)
            if not allowed:
                raise NotFound(f"There is nothing at {path}.", code="no-such-path")
            raise not_allowed(f"path {path}", allowed, req.method)
        (resource, responders, _, template), values = found
        return resource, responders, values, template


def not_allowed(what: str, allowed: tuple[str, ...], method: str) -> MethodNotAllowed:
    """The error that says which methods there are."""
    return MethodNotAllowed(f"The {what} takes {', '.join(allowed)}, not {method}.", allowed=allowed)


def own_paths(unrouted: Callable[[int], None] = lambda status: None) -> OwnPaths:
    """A WSGI application without routes yet. `unrouted` is told the status of each request that came to none."""
    app: OwnPaths = falcon.App(request_type=ZatoRequest, router=_Router())
    app.req_options.strip_url_path_trailing_slash = False
    # What has no body is of no type
    cast(Any, app.resp_options).default_media_type = None
    add_error_handlers(app, unrouted)
    return app
