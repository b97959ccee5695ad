"""Keeps an agent's API where it is to be."""

from __future__ import annotations

from zato.agent.api.server import ApiServer
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.listening import Addresses
from zato.host.logs import get_logger

_PAUSE_SECONDS = 30.0


class KeptApi:
    """The agent does its work also where nobody can ask it: its port is taken, or it has no certificate yet."""

    def __init__(self, server: ApiServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._served: Addresses = ()
        self._next = 0.0

    def turn(self, addresses: Addresses) -> None:
        """Has it serve on these addresses, too, as soon as it can."""
        if addresses == self._served or self._clock.monotonic() < self._next:
            return
        try:
            self._server.listen(addresses)
        except (ZatoError, OSError) as error:
            get_logger("zato.agent.api").error("The agent's API cannot be served; trying again", reason=str(error))
            self._next = self._clock.monotonic() + _PAUSE_SECONDS
        else:
            self._served = addresses
