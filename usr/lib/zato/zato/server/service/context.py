"""What a service can reach, besides its request: fixed for each snapshot of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from zato.core.principal import Principal
from zato.server.service.user_config import UserConfig


class Invoker(Protocol):
    """How a service reaches other services; the dispatcher is one."""

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None) -> Any:
        """What the service called `name` answers to `payload`, within `timeout` seconds where given.

        Raises NotFound for an unknown service, TimeLimitExceeded, and whatever the service raises.
        """
        ...


class RestResponse(Protocol):
    """What another system answered."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def data(self) -> Any:
        """The decoded JSON."""
        ...

    @property
    def headers(self) -> Mapping[str, str]: ...


class RestCalls(Protocol):
    """`self.out.rest['CRM'].conn`: `data` is sent as JSON unless it is text or bytes, `params` go to path and query."""

    def get(self, cid: str, data: Any = ..., params: Any = ..., headers: Any = ...) -> RestResponse: ...
    def post(self, cid: str, data: Any = ..., params: Any = ..., headers: Any = ...) -> RestResponse: ...
    def put(self, cid: str, data: Any = ..., params: Any = ..., headers: Any = ...) -> RestResponse: ...
    def patch(self, cid: str, data: Any = ..., params: Any = ..., headers: Any = ...) -> RestResponse: ...
    def delete(self, cid: str, data: Any = ..., params: Any = ..., headers: Any = ...) -> RestResponse: ...


class RestConnection(Protocol):
    @property
    def conn(self) -> RestCalls: ...


class SqlConnection(Protocol):
    def session(self) -> AbstractContextManager[Any]:
        """A SQLAlchemy session that is closed at the end of the block."""
        ...


class Outgoing(Protocol):
    """Connections to other systems, by protocol and name: self.out, self.outgoing."""

    @property
    def rest(self) -> Mapping[str, RestConnection]: ...
    @property
    def sql(self) -> Mapping[str, SqlConnection]: ...


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """`user_config` is any mapping of key-value settings; services see it as UserConfig."""

    outgoing: Outgoing
    user_config: Mapping[str, Any]
    invoker: Invoker

    def __post_init__(self) -> None:
        if not isinstance(self.user_config, UserConfig):
            object.__setattr__(self, "user_config", UserConfig(self.user_config))
