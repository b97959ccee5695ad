"""self.invoke in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zato.core.correlation import new_cid
from zato.core.json import decode
from zato.core.principal import Principal
from zato.service.base import Service
from zato.service.context import ServiceContext
from zato.service.errors import UnknownService
from zato.service.execution import execute, returned
from zato.service.invocable import check_invocable
from zato.service.io import IOModel, io_of
from zato.service.request import MessageDelivery, Request
from zato.serving.asynchronous import document_of


@dataclass(frozen=True, slots=True)
class InvokedService:
    """One call of self.invoke."""

    name: str
    payload: Any
    cid: str
    timeout: float | None


@dataclass(frozen=True, slots=True)
class TestedService:
    """What execution needs to know of a service."""

    __test__ = False  # to pytest, a name that starts with Test is a test

    name: str
    implementation: type[Service]
    input: IOModel | None
    output: IOModel | None


def entry_of(service: type[Service]) -> TestedService:
    """Raises InvalidInput where a server would refuse the service for what it declares."""
    check_invocable(service)
    return TestedService(service.get_name(), service, *io_of(service))


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One call of self.invoke_async; the payload as the other service will get it."""

    name: str
    payload: Any
    cid: str


class TestInvoker:
    """Runs the given services, answers for others as told, remembers what was invoked. Enforces no timeouts."""

    __test__ = False

    context: ServiceContext

    def __init__(self, services: tuple[type[Service], ...]) -> None:
        self.answers: dict[str, Any] = {}
        self.invoked: list[InvokedService] = []
        self.sent: list[SentMessage] = []
        self._services = {service.get_name(): service for service in services}

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None) -> Any:
        self.invoked.append(InvokedService(name, payload, cid, timeout))
        if name in self.answers:
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer(payload) if callable(answer) else answer
        if name not in self._services:
            raise self._unknown(name)
        return self._run(self._services[name], payload, cid, principal)

    def invoke_async(self, name: str, payload: Any, cid: str, principal: Principal, *, sender: str) -> None:
        if name not in self._services and name not in self.answers:
            raise self._unknown(name)
        document = document_of(name, payload)
        self.sent.append(SentMessage(name, decode(document.encode()) if document else None, cid))

    def run(
        self, service: type[Service], payload: Any, principal: Principal, delivery: MessageDelivery | None = None
    ) -> Any:
        """What the service returns to one that invokes it."""
        return self._run(service, payload, new_cid(), principal, delivery)

    def _unknown(self, name: str) -> UnknownService:
        known = ", ".join(sorted([*self._services, *self.answers])) or "none"
        return UnknownService(f"There is no service {name!r} in this test; there are: {known}.")

    def _run(
        self,
        service: type[Service],
        payload: Any,
        cid: str,
        principal: Principal,
        delivery: MessageDelivery | None = None,
    ) -> Any:
        request = Request(payload, cid=cid, principal=principal, delivery=delivery)
        return returned(execute(entry_of(service), self.context, cid, request))
