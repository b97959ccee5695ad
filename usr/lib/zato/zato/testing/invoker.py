"""self.invoke in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zato.core.correlation import new_cid
from zato.core.errors import NotFound
from zato.core.principal import Principal
from zato.server.service import Service
from zato.server.service.context import ServiceContext
from zato.server.service.execution import execute, returned
from zato.server.service.io import IOModel, io_of
from zato.server.service.request import Request


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
    """Raises InvalidInput where the service's input or output is not declared well."""
    return TestedService(service.get_name(), service, *io_of(service))


class TestInvoker:
    """Runs the given services, answers for others as told, remembers what was invoked. Enforces no timeouts."""

    __test__ = False

    context: ServiceContext

    def __init__(self, services: tuple[type[Service], ...]) -> None:
        self.answers: dict[str, Any] = {}
        self.invoked: list[InvokedService] = []
        self._services = {service.get_name(): service for service in services}

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None) -> Any:
        self.invoked.append(InvokedService(name, payload, cid, timeout))
        if name in self.answers:
            answer = self.answers[name]
            if isinstance(answer, Exception):
                raise answer
            return answer(payload) if callable(answer) else answer
        if name not in self._services:
            known = ", ".join(sorted([*self._services, *self.answers])) or "none"
            raise NotFound(f"There is no service {name!r} in this test; there are: {known}.")
        return self._run(self._services[name], payload, cid, principal)

    def run(self, service: type[Service], payload: Any, principal: Principal) -> Any:
        """What the service returns to one that invokes it."""
        return self._run(service, payload, new_cid(), principal)

    def _run(self, service: type[Service], payload: Any, cid: str, principal: Principal) -> Any:
        return returned(execute(entry_of(service), self.context, cid, Request(payload, cid=cid, principal=principal)))
