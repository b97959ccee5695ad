"""The one way into a service: whoever asks, and through whichever door, ends up here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from zato.core.errors import NotFound, ServiceFailed, Unavailable, ZatoError
from zato.core.origin import Asker
from zato.host.logs import get_logger
from zato.service.context import ServiceContext
from zato.service.errors import UnknownService
from zato.service.execution import execute, returned
from zato.service.request import Request
from zato.serving.active_request import ActiveRequest
from zato.serving.interruption import Interrupted
from zato.serving.limited import LimitedCalls

if TYPE_CHECKING:
    from zato.core.principal import Principal
    from zato.deployment.loader.loaded import ServiceEntry
    from zato.service.response import Response
    from zato.serving.asynchronous import AsyncInvocations
    from zato.serving.snapshot import Snapshot

_log = get_logger("zato.dispatcher")

_NOT_SENT = (
    "A message that is needed for this was not taken; the server's log has the reason under this correlation id."
)


class Dispatcher:
    """Invokes services of one snapshot within their time limits; services invoke each other through it, too.

    Whatever they raise, sys.exit() too, becomes an error of ours. Interrupted is passed on: the time limit has been
    answered for.
    """

    def __init__(self, snapshot: Snapshot, limited: LimitedCalls, asynchronous: AsyncInvocations) -> None:
        self.snapshot = snapshot
        self._limited = limited
        self._asynchronous = asynchronous
        self._context = ServiceContext(outgoing=snapshot.outgoing, user_config=snapshot.user_config, invoker=self)

    def invoke_from_channel(
        self,
        service: str,
        request: Request,
        active: ActiveRequest | None,
        text_type: str | None,
    ) -> tuple[Response, bytes]:
        """A channel's service's response and its body, text being of `text_type`. Raises ZatoError only.

        The time limit is enforced on `active` by the worker.
        """
        self._limit(service, request, active)
        try:
            entry = self._active(service, self.snapshot.codes.services.get(service))
            response = execute(entry, self._context, request.cid, request)
            return response, response.encoded(text_type)
        except ZatoError as error:
            if not _is_status_of_error(error):
                raise self._failed(service, request.cid) from error
            if error.status >= 500 or error.message_outside is not None:
                _log.warning(error.message, service=service, cid=request.cid, code=error.code)
            raise
        except Interrupted:
            raise
        except BaseException as error:
            raise self._failed(service, request.cid) from error

    def invoke_from_message(
        self, service: str, entry: ServiceEntry, request: Request, active: ActiveRequest | None
    ) -> None:
        """As from a channel, but nobody waits for the response. Raises ZatoError only."""
        self._limit(service, request, active)
        try:
            execute(self._active(service, entry), self._context, request.cid, request)
        except ZatoError as error:
            if not _is_status_of_error(error):
                raise self._failed(service, request.cid) from error
            _log.warning(error.message, service=service, cid=request.cid, code=error.code)
            raise
        except Interrupted:
            raise
        except BaseException as error:
            raise self._failed(service, request.cid) from error

    def require_active(self, service: str) -> ServiceEntry:
        """What will be invoked. Raises NotFound where no deployed file has it, Unavailable where it is switched off."""
        entry = self.snapshot.codes.services.get(service)
        if entry is None:
            raise NotFound(f"There is no service {service[:120]!r}; zato service list shows what is deployed.")
        return self._active(service, entry)

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None = None) -> Any:
        """The response's payload of service `name`.

        Raises TimeLimitExceeded after `timeout` seconds, or after the time limit that is set for the service. Without
        either, the time limit of the service that invokes it goes on.
        """
        request = Request(payload, cid=cid, principal=principal)
        limits = [limit for limit in (timeout, self.snapshot.limits.get(name)) if limit is not None]
        if not limits:
            return self._by_name(name, request)
        return self._limited.call(f"Service {name}", lambda: self._by_name(name, request), min(limits))

    def invoke_async(self, name: str, payload: Any, cid: str, principal: Principal, *, sender: str) -> None:
        """Returns once the message is safe. Raises UnknownService, Unavailable, InvalidInput, TooLarge.

        To who is outside a payload that is not right is the fault of the service that sends it.
        """
        self._known(name)
        try:
            self._asynchronous.send(name, payload, cid, principal, Asker.MESSAGE, sender)
        except ZatoError as error:
            error.status = max(error.status, 500)
            error.message_outside = _NOT_SENT
            raise

    def _by_name(self, service: str, request: Request) -> Any:
        """The payload of a service's response, for another service. Raises UnknownService, ZatoError."""
        entry = self._known(service)
        try:
            return returned(execute(entry, self._context, request.cid, request))
        except ZatoError:
            raise
        except Interrupted:
            raise
        except BaseException as error:
            raise self._failed(service, request.cid) from error

    def _known(self, service: str) -> ServiceEntry:
        """What a service asked for. Raises UnknownService where no deployed file has it, Unavailable as above."""
        if service not in self.snapshot.codes.services:
            raise UnknownService(f"There is no service {service[:120]!r}; zato service list shows what is deployed.")
        return self.require_active(service)

    def _limit(self, service: str, request: Request, active: ActiveRequest | None) -> None:
        if active is not None:
            limit = self.snapshot.limits.get(service, self.snapshot.settings.time_limit_seconds)
            active.service = service
            active.cid = request.cid
            active.limit_seconds = limit
            active.deadline = time.monotonic() + limit

    def _active(self, service: str, entry: ServiceEntry | None) -> ServiceEntry:
        if entry is None:
            raise Unavailable(
                f"Service {service} is not deployed; deploy the file that holds it.", code="service-not-deployed"
            )
        if service in self.snapshot.inactive:
            raise Unavailable(f"Service {service} is switched off.", code="service-inactive", retry_after_seconds=60)
        return entry

    def _failed(self, service: str, cid: str) -> ServiceFailed:
        _log.exception("Service raised an exception", service=service, cid=cid)
        return ServiceFailed(f"Service {service} failed; the server's log has the reason under this correlation id.")


def _is_status_of_error(error: ZatoError) -> bool:
    """Whether an error can be answered as it is: services may set its status to anything."""
    return error.status in range(400, 600)
