"""The application behind an agent's port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import falcon
import msgspec

from zato.agent.api.server import CLIENT
from zato.agent.managed.reconciler import Reconciler
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


@dataclass(frozen=True, slots=True)
class Said:
    """What is said in the log of who has asked for what."""

    reload: Callable[..., None]
    rollback: Callable[..., None]


def new_application(
    reconciler: Reconciler,
    state: Callable[[], object],
    said: Said,
    more: Mapping[str, Callable[[], object]] | None = None,
) -> falcon.App[Any, Any]:
    """What every agent can be asked for below PREFIX, and `more` that is told, by path.

    Whatever is raised is answered as the admin API does.
    """
    app: falcon.App[Any, Any] = falcon.App(media_type=JSON, request_type=_Request)
    add_error_handlers(app)
    for path, tell in {"/state": state, **(more or {})}.items():
        app.add_route(f"{PREFIX}{path}", _Told(tell))
    app.add_route(f"{PREFIX}/reload", _Work(lambda _: reconciler.reload(), state, said.reload))
    app.add_route(
        f"{PREFIX}/rollback",
        _Work(lambda asked: reconciler.go_back(with_security=_with_security(asked)), state, said.rollback),
    )
    app.add_route(f"{PREFIX}/validate", _Validate(reconciler))
    return app


class _Told:
    def __init__(self, tell: Callable[[], object]) -> None:
        self._tell = tell

    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        _answer(response, self._tell())


class _Work:
    def __init__(
        self, work: Callable[[falcon.Request], Future[None]], state: Callable[[], object], say: Callable[..., None]
    ) -> None:
        self._work = work
        self._state = state
        self._say = say

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        self._say(client=str(request.env.get(CLIENT, "")), cid=str(getattr(request, "cid", "")))
        _finished(self._work(request))
        _answer(response, self._state())


class _Validate:
    def __init__(self, reconciler: Reconciler) -> None:
        self._reconciler = reconciler

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answers 200 where the program accepts the files as they would be now; its words otherwise."""
        _answer(response, {"valid": True, "configuration": self._reconciler.validate()})


def _with_security(request: falcon.Request) -> bool:
    """Whether a roll-back is asked for along with who gets in."""
    return request.get_param_as_bool("with_security") or False


def _answer(response: falcon.Response, value: object) -> None:
    response.data = msgspec.json.encode(value)


def _finished(work: Future[None]) -> None:
    """Waits for what the agent's own thread does. Raises what it has raised."""
    try:
        work.result(_WORK_SECONDS)
    except TimeoutError as error:
        work.cancel()
        raise TimeLimitExceeded(f"The agent has not come to it within {_WORK_SECONDS:.0f} s.") from error
