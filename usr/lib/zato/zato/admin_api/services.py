"""Services: which there are, and invoking one by its name."""

from __future__ import annotations

import inspect
import socket

import msgspec

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker, no_such_service
from zato.admin_api.schemas import services as schemas
from zato.admin_api.schemas.services import (
    ErrorsQuery,
    InvokeQuery,
    ServiceChannel,
    ServiceDetails,
    ServiceErrors,
)
from zato.config.kinds import ServiceSettings
from zato.config.kinds.service import SERVICE
from zato.connector.registry import http_channels
from zato.core import json
from zato.core.errors import Conflict, InvalidInput, TimeLimitExceeded
from zato.core.principal import Right
from zato.deployment.loader.loaded import ServiceEntry
from zato.host.logs import get_logger
from zato.logbook.query import Query
from zato.logbook.reader import ReadsLog
from zato.openapi.standalone import input_schema, output_schema
from zato.service.request import HTTPRequest
from zato.serving.snapshot import Snapshot

SERVICES = "/zato/api/services"
_MESSAGE_BYTES_MAX = 10 * 1024 * 1024
_log = get_logger("zato.admin")


class ServiceOperations:
    """Handlers of the routes about services."""

    def __init__(self, *, worker: RunningWorker, log_reader: ReadsLog) -> None:
        self._worker = worker
        self._log_reader = log_reader

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", SERVICES, "list-services", "Deployed services", self.list, Right.READ, schemas.Services),
            Route(
                "GET",
                SERVICES + "/{name}",
                "get-service",
                "A service: what it takes and gives, where it is reached, from which file it is",
                self.get,
                Right.READ,
                ServiceDetails,
            ),
            Route(
                "GET",
                SERVICES + "/{name}/errors",
                "list-service-errors",
                "The last errors of a service in the log of the machine that answers",
                self.errors,
                Right.READ_LOG,
                ServiceErrors,
                query=ErrorsQuery,
            ),
            Route(
                "POST",
                SERVICES + "/{name}/invoke",
                "invoke-service",
                "Invoke a service with a JSON message; answers what the service answers",
                self.invoke,
                Right.INVOKE,
                "*/*",
                request=("application/json",),
                query=InvokeQuery,
                errors=(Conflict, TimeLimitExceeded),
                body_bytes_max=_MESSAGE_BYTES_MAX,
            ),
        )

    def list(self, call: Call) -> Answer:
        snapshot = self._worker.current()
        channels = _channels_by_service(snapshot)
        services = [
            _service(snapshot, entry, [channel.name for channel in channels.get(name, [])])
            for name, entry in sorted(snapshot.codes.services.items())
        ]
        return Answer(schemas.Services(services=services, revision=snapshot.configuration.revision))

    def get(self, call: Call) -> Answer:
        snapshot = self._worker.current()
        name = call.params["name"]
        entry = snapshot.codes.services.get(name)
        if entry is None:
            raise no_such_service(name, snapshot.codes.services)
        channels = _channels_by_service(snapshot).get(name, [])
        file = snapshot.codes.files[entry.file_name]
        return Answer(
            ServiceDetails(
                service=_service(snapshot, entry, [channel.name for channel in channels]),
                documentation=inspect.cleandoc(vars(entry.implementation).get("__doc__") or "") or None,
                line=file.lines.get(name),
                methods=sorted(entry.implementation.method_handlers),
                input=input_schema(entry),
                output=output_schema(entry),
                channels=channels,
                revision=snapshot.configuration.revision,
            )
        )

    def errors(self, call: Call) -> Answer:
        name, query = call.params["name"], call.query
        services = self._worker.current().codes.services
        if name not in services:
            raise no_such_service(name, services)
        page = self._log_reader.older(Query(service=name, level="error"), None, query.limit)
        return Answer(ServiceErrors(service=name, host=socket.gethostname(), errors=page.lines))

    def invoke(self, call: Call) -> Answer:
        name = call.params["name"]
        if call.raw:
            json.decode(call.raw)  # a message that is not JSON never reaches a service through this door
        _log.info("Service invoked through the admin API", service=name, cid=call.cid, principal=call.principal.name)
        invoked = self._worker.invoke(
            name,
            call.raw,
            http=_http(call.query, call.raw),
            principal=call.principal,
            cid=call.cid,
            environ=call.environ,
        )
        return Answer(invoked.body, invoked.status, content_type=invoked.content_type)


def _service(snapshot: Snapshot, entry: ServiceEntry, channels: list[str]) -> schemas.Service:
    settings = snapshot.configuration.value(SERVICE, entry.name) or ServiceSettings()
    return schemas.Service(
        name=entry.name,
        module=entry.module,
        file_name=entry.file_name,
        deployment_id=entry.deployment_id,
        implementation=entry.implementation.__qualname__,
        active=settings.active,
        time_limit_seconds=settings.time_limit_seconds,
        channels=channels,
    )


def _channels_by_service(snapshot: Snapshot) -> dict[str, list[ServiceChannel]]:
    found: dict[str, list[ServiceChannel]] = {}
    for part, name, value in http_channels(snapshot.configuration):
        channel = ServiceChannel(
            kind=part.kind.name,
            name=name,
            path=value.path,
            methods=list(value.methods),
            security=list(value.security),
            active=value.active,
        )
        found.setdefault(value.service, []).append(channel)
    return found


def _http(query: InvokeQuery, body: bytes) -> HTTPRequest | None:
    """The request that the service is to see; None where it is invoked as by another service."""
    if query == InvokeQuery():
        return None
    texts = {}
    for field in ("headers", "path_params"):
        try:
            texts[field] = msgspec.json.decode(getattr(query, field) or "{}", type=dict[str, str])
        except msgspec.MsgspecError as error:
            raise InvalidInput(f"{field}: it must be a JSON object whose values are texts ({error}).") from error
    return HTTPRequest(
        query.method or "POST",
        query.path,
        params=texts["path_params"],
        query_string=query.query or "",
        headers={name.lower(): value for name, value in texts["headers"].items()},
        body=body,
    )
