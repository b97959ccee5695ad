"""What a service can reach, besides its request: fixed for each snapshot of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from zato.core.principal import Principal
from zato.service.user_config import UserConfig

if TYPE_CHECKING:
    from zato.connector.registry import Outgoing


class Invoker(Protocol):
    """How a service reaches other services; the dispatcher is one."""

    def invoke(self, name: str, payload: Any, cid: str, principal: Principal, timeout: float | None) -> Any:
        """What the service called `name` answers to `payload`, within `timeout` seconds where given.

        Raises NotFound for an unknown service, TimeLimitExceeded, and whatever the service raises.
        """
        ...

    def invoke_async(self, name: str, payload: Any, cid: str, principal: Principal, *, sender: str) -> None:
        """Returns once it is certain that the service called `name` will be invoked, at least once, as service `sender`
        wants it.

        Raises NotFound for an unknown service, Unavailable where it is not certain, InvalidInput for a payload that
        JSON cannot hold, TooLarge.
        """
        ...


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """`user_config` is any mapping of key-value settings; services see it as UserConfig."""

    outgoing: Outgoing
    user_config: Mapping[str, Any]
    invoker: Invoker

    def __post_init__(self) -> None:
        if not isinstance(self.user_config, UserConfig):
            object.__setattr__(self, "user_config", UserConfig(self.user_config))
