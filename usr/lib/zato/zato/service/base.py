"""The class that every service derives from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from structlog.typing import FilteringBoundLogger

from zato.core.principal import Principal
from zato.host.logs import get_logger
from zato.service.context import ServiceContext
from zato.service.errors import ServiceFailed
from zato.service.request import Request
from zato.service.response import Response

if TYPE_CHECKING:
    from zato.connector.registry import Outgoing

_METHOD_HANDLER = re.compile(r"handle_([A-Z]+)")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Service:
    """One unit of integration: takes a request, uses other systems and services, answers.

    A new instance is made for each invocation, so attributes set on `self` are private to it. Override `handle`, or
    `handle_GET`, `handle_POST` and so on to tell HTTP methods apart. Raise the errors of this package to refuse a
    request; any other exception is logged and the caller learns only that the service failed.
    """

    name: str = ""
    """The name that channels and other services use; derived from the module and the class where it is not set."""

    input: ClassVar[Any] = None
    """`'name', Int('count'), '-note'`, or a dataclass, a msgspec.Struct or a list of them."""

    output: ClassVar[Any] = None
    """As input. What the service answers is checked against it."""

    method_handlers: ClassVar[Mapping[str, str]] = {}
    """Names of the handle_METHOD methods by HTTP method."""

    request: Request
    response: Response
    cid: str
    context: ServiceContext

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # As dir() has them, which takes ten times as long: a cluster may have thousands of services
        names = sorted({name for base in cls.__mro__ for name in vars(base) if name.startswith("handle_")})
        cls.method_handlers = {match[1]: name for name in names if (match := _METHOD_HANDLER.fullmatch(name))}

    @classmethod
    def get_name(cls) -> str:
        """The service's name: its own `name`, not a base class's, or `module-name.class-name`."""
        own = vars(cls).get("name")
        if own:
            return str(own)
        return derived_name(cls.__module__, cls.__name__)

    def handle(self) -> None:
        """The service's work, unless there is a method for the HTTP method of the request."""
        methods = ", ".join(sorted(self.method_handlers))
        instead = f", only what answers {methods}: invoke it with one of these HTTP methods" if methods else ""
        raise ServiceFailed(f"The service {self.name!r} has no method handle{instead}.", code="no-handle")

    def before_handle(self) -> None:
        """Runs before the service, after its input was checked. What it raises ends the invocation."""

    def after_handle(self) -> None:
        """Runs after the service where it did not fail, before its output is checked."""

    @property
    def logger(self) -> FilteringBoundLogger:
        """A logger whose lines carry the correlation id and the service's name."""
        logger: FilteringBoundLogger | None = self.__dict__.get("_logger")
        if logger is None:
            logger = self.__dict__["_logger"] = get_logger(self.name).bind(cid=self.cid)
        return logger

    @property
    def principal(self) -> Principal:
        """Who invoked the service."""
        return self.request.principal

    @property
    def user_config(self) -> Mapping[str, Any]:
        """The server's key-value settings for services, also by attribute."""
        return self.context.user_config

    @property
    def outgoing(self) -> Outgoing:
        """Connections to other systems: self.outgoing.rest['CRM'], self.outgoing.sql['Stock']."""
        return self.context.outgoing

    @property
    def out(self) -> Outgoing:
        """The same as `outgoing`."""
        return self.context.outgoing

    def invoke(
        self, name: str | type[Service], /, payload: Any = None, timeout: float | None = None, **fields: Any
    ) -> Any:
        """What another service answers, given by name or class; its errors are raised here.

        `fields` are an easier way to write a payload that is a dict. `timeout` is in seconds.
        """
        message = _message("invoke", payload, fields)
        return self.context.invoker.invoke(_target(name), message, self.cid, self.request.principal, timeout)

    def invoke_async(self, name: str | type[Service], /, payload: Any = None, **fields: Any) -> str:
        """Have another service invoked, soon and at least once, by whichever server comes first.

        Returns the correlation id, under which that service runs too, once the message is safe: neither a crash nor
        a restart loses it then. Raises Unavailable where it is not safe. The payload travels as JSON. What that service
        answers goes nowhere; where it raises it is invoked again later. See self.request.delivery.
        """
        message = _message("invoke_async", payload, fields)
        invoker = self.context.invoker
        invoker.invoke_async(_target(name), message, self.cid, self.request.principal, sender=self.get_name())
        return self.cid


def _message(method: str, payload: Any, fields: dict[str, Any]) -> Any:
    if not fields:
        return payload
    if payload is not None and not isinstance(payload, dict):
        raise TypeError(f"self.{method} takes either a payload or fields by keyword, not both.")
    return {**(payload or {}), **fields}


def _target(name: str | type[Service]) -> str:
    return name if isinstance(name, str) else name.get_name()


def derived_name(module: str, class_name: str) -> str:
    """The name of a service that sets none: "stock_levels", "GetHTTPStatus" become "stock-levels.get-http-status"."""
    return f"{module.replace('_', '-').lower()}.{_WORD_START.sub('-', class_name).replace('_', '-').lower()}"
