"""The application behind an agent's port."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

import falcon
import msgspec

from zato.agent.api.server import CLIENT
from zato.core.correlation import new_cid
from zato.core.errors import TimeLimitExceeded
from zato.serving.http.errors import JSON, add_error_handlers

PREFIX = "/zato/agent"
_WORK_SECONDS = 40.0


class _Request(falcon.Request):
    """With a correlation id, which an error's body names."""

    def __init__(self, env: dict[str, Any], options: Any = None) -> None:
        super().__init__(env, options)
        self.cid = new_cid()


def new_application(resources: Mapping[str, object]) -> falcon.App[Any, Any]:
    """Resources by path below PREFIX; whatever they raise is answered as the admin API does."""
    app: falcon.App[Any, Any] = falcon.App(media_type=JSON, request_type=_Request)
    add_error_handlers(app)
    for path, resource in resources.items():
        app.add_route(f"{PREFIX}{path}", resource)
    return app


def asked(request: falcon.Request) -> dict[str, str]:
    """Who has asked, for a line of the log."""
    return {"client": str(request.env.get(CLIENT, "")), "cid": str(getattr(request, "cid", ""))}


def with_security(request: falcon.Request) -> bool:
    """Whether a roll-back is asked for along with who gets in."""
    return request.get_param_as_bool("with_security") or False


def answer(response: falcon.Response, value: object) -> None:
    """The response's body is the value as JSON."""
    response.data = msgspec.json.encode(value)


def finished(work: Future[None]) -> None:
    """Waits for what the agent's own thread does. Raises what it has raised."""
    try:
        work.result(_WORK_SECONDS)
    except TimeoutError as error:
        work.cancel()
        raise TimeLimitExceeded(f"The agent has not come to it within {_WORK_SECONDS:.0f} s.") from error
