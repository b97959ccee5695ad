"""Taking servers out of the balancer and back: an operator's work, while their settings are an administrator's."""

from __future__ import annotations

import msgspec

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import status as schemas
from zato.config.kinds.server import SERVER
from zato.config.publisher import Publisher
from zato.config.writer import despite_races
from zato.core.errors import Conflict, NotFound
from zato.core.principal import Right
from zato.serving.http.request_parts import number_in_path

_PATH = "/zato/api/servers/{number}"


class ServerOperations:
    """Handlers of the routes about the use of servers."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "POST",
                _PATH + "/drain",
                "drain-server",
                "Have the balancer send a server no new requests; what it has, it finishes",
                lambda call: self._set_drain(call, drain=True),
                Right.OPERATE,
                schemas.ServerUse,
                errors=(Conflict,),
            ),
            Route(
                "POST",
                _PATH + "/ready",
                "ready-server",
                "Have the balancer send a server new requests again",
                lambda call: self._set_drain(call, drain=False),
                Right.OPERATE,
                schemas.ServerUse,
                errors=(Conflict,),
            ),
        )

    def _set_drain(self, call: Call, *, drain: bool) -> Answer:
        number = number_in_path(call.params["number"], "server")
        name = f"server-{number}"

        def attempt() -> int:
            items = {item.name: item for item in self._publisher.list(SERVER.name)}
            if name not in items:
                there = ", ".join(each.removeprefix("server-") for each in items) or "none"
                raise NotFound(f"There is no server {number} in the cluster; there is: {there}.", code="no-such-item")
            item = items[name]
            value = SERVER.value_of(item)
            if not drain and not value.active:
                raise Conflict(
                    f"Server {number} is inactive; make it active: zato config set server {name} active=true"
                )
            body = msgspec.to_builtins(msgspec.structs.replace(value, drain=drain))
            return self._publisher.update(SERVER.name, name, body, item.revision, by=call.by).revision

        return Answer(schemas.ServerUse(number=number, draining=drain, revision=despite_races(attempt)))
