"""The Falcon application: users' channels from the current snapshot, everything under /zato/ from fixed routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import falcon
from falcon.routing import CompiledRouter

from zato.core.errors import InvalidInput, MethodNotAllowed, NotFound, Unavailable
from zato.server.catching_up import CatchingUp
from zato.server.http.request import ZatoRequest
from zato.server.snapshot import Snapshot
from zato.server.switch import Switch

Found = tuple[object, dict[str, Callable[..., None]], dict[str, str], str]


class SnapshotRouter(CompiledRouter):
    """Falcon's own router for /zato/, a look-up in the snapshot for the rest."""

    def __init__(self, switch: Switch[Snapshot], catching_up: CatchingUp) -> None:
        super().__init__()
        self._switch = switch
        self._catching_up = catching_up

    def find(self, uri: str, req: Any = None) -> Any:
        """What answers a path and method. Raises NotFound, MethodNotAllowed, or Unavailable while nothing is known."""
        if uri.startswith("/zato/"):
            found = super().find(uri, req)
            if found is None:
                raise NotFound(f"There is nothing at {uri}.", code="no-such-path")
            return found
        self._catching_up.visited()
        snapshot = self._catching_up.current(self._switch)
        route = snapshot.routes.find(uri)
        if route is None:
            if not snapshot.known:
                raise Unavailable(
                    "This server does not know its configuration yet, since the ODB is away.", code="no-configuration"
                )
            if "\ufffd" in uri:
                raise InvalidInput("The path is not valid UTF-8.", code="invalid-utf8")
            raise NotFound(f"There is no channel at {uri}.", code="no-such-path")
        targets, values = route
        target = targets.get(req.method)
        if target is None:
            allowed = tuple(sorted(targets))
            raise MethodNotAllowed(
                f"The channel at {uri} takes {', '.join(allowed)}, not {req.method}.", allowed=allowed
            )
        channel, names = target
        if not values:
            return channel, channel.method_map, {}, channel.path
        if "\ufffd" in uri:
            raise InvalidInput("The path is not valid UTF-8.", code="invalid-utf8")
        return channel, channel.method_map, dict(zip(names, values, strict=True)), channel.path


def create_app(switch: Switch[Snapshot], catching_up: CatchingUp) -> falcon.App[ZatoRequest, falcon.Response]:
    """An application without routes of its own yet; errors are the caller's to add."""
    app = falcon.App(request_type=ZatoRequest, router=SnapshotRouter(switch, catching_up))
    app.req_options.strip_url_path_trailing_slash = False
    return app
