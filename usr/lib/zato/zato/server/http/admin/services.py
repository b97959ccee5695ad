"""Services: which there are, and invoking one by its name."""

from __future__ import annotations

from typing import Any

from zato.config.kinds import ServiceSettings
from zato.core import json
from zato.core.errors import Conflict, TimeLimitExceeded
from zato.host.logs import get_logger
from zato.security.authorisation import Right
from zato.server.http.admin import shapes
from zato.server.http.admin.collaborators import AdminCollaborators, ServesFrom
from zato.server.http.admin.route import Answer, Call, Route

SERVICES = "/zato/api/services"
_MESSAGE_BYTES_MAX = 10 * 1024 * 1024
_log = get_logger("zato.admin")


class ServiceOperations:
    """Handlers of the routes about services."""

    def __init__(self, collaborators: AdminCollaborators) -> None:
        self._worker = collaborators.worker

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", SERVICES, "list-services", "Deployed services", self.list, Right.READ, shapes.Services),
            Route(
                "POST",
                SERVICES + "/{name}/invoke",
                "invoke-service",
                "Invoke a service with a JSON message; answers what the service answers",
                self.invoke,
                Right.DEPLOY,
                "*/*",
                takes=("application/json",),
                errors=(Conflict, TimeLimitExceeded),
                body_bytes_max=_MESSAGE_BYTES_MAX,
            ),
        )

    def list(self, call: Call) -> Answer:
        snapshot = self._worker.current()
        channels = _channels_by_service(snapshot)
        settings = {
            item.name: item.value
            for item in snapshot.configuration.all("service")
            if isinstance(item.value, ServiceSettings)
        }
        unset = ServiceSettings()
        services = [
            shapes.Service(
                name=name,
                module=entry.module,
                file_name=entry.file_name,
                deployment_id=entry.deployment_id,
                implementation=entry.implementation.__qualname__,
                active=settings.get(name, unset).active,
                time_limit_seconds=settings.get(name, unset).time_limit_seconds,
                channels=channels.get(name, []),
            )
            for name, entry in sorted(snapshot.codes.services.items())
        ]
        return Answer(shapes.Services(services=services, revision=snapshot.configuration.revision))

    def invoke(self, call: Call) -> Answer:
        name = call.params["name"]
        if call.raw:
            json.decode(call.raw)  # a message that is not JSON never reaches a service through this door
        _log.info("Service invoked through the admin API", service=name, cid=call.cid, principal=call.principal.name)
        invoked = self._worker.invoke(name, call.raw, principal=call.principal, cid=call.cid, environ=call.environ)
        return Answer(invoked.body, invoked.status, content_type=invoked.content_type)


def _channels_by_service(snapshot: ServesFrom) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind in ("channel-rest", "channel-http"):
        for item in snapshot.configuration.all(kind):
            value: Any = item.value
            found.setdefault(value.service, []).append(item.name)
    return found
