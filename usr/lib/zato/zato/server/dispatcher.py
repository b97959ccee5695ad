"""The one way into a service: whoever asks, and through whichever door, ends up here."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from zato.core.errors import NotFound, ServiceFailed, TimeLimitExceeded, Unavailable, ZatoError
from zato.host.logs import get_logger
from zato.server.flight import Flight
from zato.server.service.execution import execute, returned
from zato.server.service.request import Request

if TYPE_CHECKING:
    from zato.core.principal import Principal
    from zato.server.registry import ServiceEntry
    from zato.server.service.response import Response
    from zato.server.snapshot import Snapshot

_log = get_logger("zato.dispatcher")


class Dispatcher:
    """Invokes services within their time limits and turns whatever they raise into errors of ours."""

    def __init__(self, *, default_limit_seconds: float) -> None:
        self._default_limit_seconds = default_limit_seconds

    def invoke_from_channel(
        self,
        snapshot: Snapshot,
        service: str,
        entry: ServiceEntry | None,
        request: Request,
        flight: Flight | None,
        text_type: str | None,
    ) -> tuple[Response, bytes]:
        """A channel's service's response and its body, text being of `text_type`. Raises ZatoError only.

        The time limit is enforced on `flight` by the worker.
        """
        if flight is not None:
            limit = snapshot.limits.get(service, self._default_limit_seconds)
            flight.service = service
            flight.cid = request.cid
            flight.limit_seconds = limit
            flight.deadline = time.monotonic() + limit
        try:
            response = execute(self._active(snapshot, service, entry), snapshot.context, request.cid, request)
            return response, response.encoded(text_type)
        except ZatoError as error:
            if error.status >= 500:
                _log.warning(error.message, service=service, cid=request.cid, code=error.code)
            raise
        except Exception as error:
            raise self._failed(service, request.cid) from error

    def invoke_by_name(self, snapshot: Snapshot, service: str, request: Request) -> Any:
        """The payload of a service's response. Raises NotFound where no deployed file has it, else ZatoError."""
        entry = snapshot.codes.services.get(service)
        if entry is None:
            raise NotFound(f"There is no service {service!r}; zato service list shows what is deployed.")
        try:
            return returned(execute(self._active(snapshot, service, entry), snapshot.context, request.cid, request))
        except ZatoError:
            raise
        except Exception as error:
            raise self._failed(service, request.cid) from error

    def _active(self, snapshot: Snapshot, service: str, entry: ServiceEntry | None) -> ServiceEntry:
        if entry is None:
            raise Unavailable(
                f"Service {service} is not deployed; deploy the file that holds it.", code="service-not-deployed"
            )
        if service in snapshot.inactive:
            raise Unavailable(f"Service {service} is switched off.", code="service-inactive", retry_after_seconds=60)
        return entry

    def _failed(self, service: str, cid: str) -> ServiceFailed:
        _log.exception("Service raised an exception", service=service, cid=cid)
        return ServiceFailed(f"Service {service} failed; the server's log has the reason under this correlation id.")


class ServiceInvoker:
    """What self.invoke is: services of one snapshot calling one another in the same process."""

    def __init__(self, dispatcher: Dispatcher, snapshot: Snapshot) -> None:
        self._dispatcher = dispatcher
        self._snapshot = snapshot

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None = None) -> Any:
        """The response's payload of service `name`. Raises TimeLimitExceeded after `timeout` seconds."""
        request = Request(payload, cid=cid, principal=principal)
        if timeout is None:
            return self._dispatcher.invoke_by_name(self._snapshot, name, request)
        return self._invoke_within(name, request, timeout)

    def _invoke_within(self, name: str, request: Request, timeout: float) -> Any:
        result: list[Any] = []
        failure: list[Exception] = []

        def run() -> None:
            try:
                result.append(self._dispatcher.invoke_by_name(self._snapshot, name, request))
            except Exception as error:  # carried over to the calling thread
                failure.append(error)

        thread = threading.Thread(target=run, name=f"invoke {name}", daemon=True)
        thread.start()
        thread.join(timeout)
        if thread.is_alive():
            raise TimeLimitExceeded(f"Service {name} did not finish within the {timeout:g} s that its caller allowed.")
        if failure:
            raise failure[0]
        return result[0]
